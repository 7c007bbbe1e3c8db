package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The heap runs out while scopes are opened and segments made, in a JVM of its own. */
class OutOfMemoryTest {
  private static final Pattern OUTPUT = Pattern.compile("outermost (\\d+) nested (\\d+)");

  @ParameterizedTest
  @ValueSource(strings = {"OFF", "SAMPLED", "ALL"})
  void anErrorAtAnyStepLeavesLiveDataAloneAndTheNextScopeSound(
      String abandonedScopes, @TempDir Path directory) throws Exception {
    Path output = directory.resolve("output.txt");
    Process process = start(abandonedScopes, output);
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    String printed = Files.readString(output);
    assertThat(ended).as(printed).isTrue();
    assertThat(process.exitValue()).as(printed).isZero();
    Matcher counts = OUTPUT.matcher(printed);
    assertThat(counts.find()).as(printed).isTrue();
    // A scope, its session and two segments are some 300 bytes: the heap ran out at each of them.
    assertThat(Integer.parseInt(counts.group(1))).isGreaterThan(10);
    assertThat(Integer.parseInt(counts.group(2))).isGreaterThan(10);
  }

  private static Process start(String abandonedScopes, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xint",
                "-Xmx8m",
                "-XX:+UseSerialGC",
                "-XX:-UseTLAB",
                "--enable-native-access=ALL-UNNAMED",
                "--class-path",
                classPath(),
                OutOfMemoryProgram.class.getName(),
                abandonedScopes)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
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
