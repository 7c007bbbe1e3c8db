package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The heap runs out while scopes are opened and closed and segments made, in a JVM of its own. The
 * control is {@link #aScopeThatIsNotClosedIsSeen}.
 */
class OutOfMemoryTest {
  private static final Pattern OUTPUT =
      Pattern.compile("open (\\d+) nested (\\d+) close (\\d+) nested (\\d+)");

  /** A program that has ended, and all that it printed. */
  private record Outcome(int exitStatus, String printed) {}

  @ParameterizedTest
  @CsvSource({
    "OFF, PLAIN",
    "SAMPLED, PLAIN",
    "ALL, PLAIN",
    "ALL, OVERFLOWING",
    "SAMPLED, ZEROING",
    "ALL, NEW_EPOCH",
    "OFF, CLEANING_UP"
  })
  void anErrorAtAnyStepLeavesLiveDataAloneAndTheNextScopeSound(
      String abandonedScopes, String closing, @TempDir Path directory) throws Exception {
    Outcome outcome = run(directory, abandonedScopes, closing);
    assertThat(outcome.exitStatus).as(outcome.printed).isZero();
    Matcher counts = OUTPUT.matcher(outcome.printed);
    assertThat(counts.find()).as(outcome.printed).isTrue();
    // A scope, its session and two segments: the heap ran out at each of them, at least once.
    assertThat(Integer.parseInt(counts.group(1))).isGreaterThanOrEqualTo(4);
    assertThat(Integer.parseInt(counts.group(2))).isGreaterThanOrEqualTo(4);
    // A close makes no object but for what watches the scope, or what the user adds.
    boolean needsNoHeap =
        Set.of("PLAIN", "ZEROING").contains(closing) && !abandonedScopes.equals("ALL");
    int failedCloses = Integer.parseInt(counts.group(3)) + Integer.parseInt(counts.group(4));
    assertThat(failedCloses == 0).as(outcome.printed).isEqualTo(needsNoHeap);
  }

  @Test
  void aScopeThatIsNotClosedIsSeen(@TempDir Path directory) throws Exception {
    Outcome outcome = run(directory, "OFF", "FORGOTTEN");
    assertThat(outcome.exitStatus).isNotZero();
    assertThat(outcome.printed).contains("AssertionError: expected all memory for the next scope");
  }

  private static Outcome run(Path directory, String... arguments) throws Exception {
    Path output = directory.resolve("output.txt");
    Process process = start(List.of(arguments), output);
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    String printed = Files.readString(output);
    assertThat(ended).as(printed).isTrue();
    return new Outcome(process.exitValue(), printed);
  }

  private static Process start(List<String> arguments, Path output) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xint",
                "-Xmx8m",
                "-XX:+UseSerialGC",
                "-XX:-UseTLAB",
                "--enable-native-access=ALL-UNNAMED",
                "--class-path",
                classPath(),
                OutOfMemoryProgram.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
    return builder.start();
  }

  /** All that is on this JVM's class path or module path, and what is patched into a module. */
  private static String classPath() {
    return Stream.of(
            rootOf(OutOfMemoryProgram.class),
            rootOf(ArenaControl.class),
            System.getProperty("java.class.path"),
            System.getProperty("jdk.module.path"))
        .filter(Objects::nonNull)
        .filter(path -> !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String rootOf(Class<?> type) {
    String name = type.getSimpleName() + ".class";
    String url = Objects.requireNonNull(type.getResource(name), name).toString();
    String root = url.substring(0, url.length() - type.getName().length() - ".class".length());
    if (root.startsWith("jar:")) {
      root = root.substring("jar:".length(), root.length() - "!/".length());
    }
    return Path.of(URI.create(root)).toString();
  }
}
