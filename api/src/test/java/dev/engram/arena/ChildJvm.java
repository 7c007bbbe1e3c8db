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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program of the tests in a JVM of its own, which has all that this one has. */
public final class ChildJvm {
  /** A program that has ended, and all that it printed. */
  public record Outcome(int exitStatus, String printed) {}

  private ChildJvm() {}

  /**
   * Runs a program, which must exit with 0.
   *
   * @param directory for its output
   * @param options of the JVM
   * @return what it printed
   */
  public static String run(
      Path directory, List<String> options, Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    Outcome outcome = outcomeOf(directory, options, program, arguments);
    assertThat(outcome.exitStatus).as(outcome.printed).isZero();
    return outcome.printed;
  }

  /**
   * Runs a program to its end, however that comes.
   *
   * @param directory for its output
   * @param options of the JVM
   */
  public static Outcome outcomeOf(
      Path directory, List<String> options, Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    return outcomeOf(directory, options, classPath(program), words(program.getName(), arguments));
  }

  /**
   * Compiles and runs a program that is one file, which must exit with 0.
   *
   * @param directory for its output
   * @param source the file
   * @return what it printed
   */
  public static String runSource(Path directory, Path source)
      throws IOException, InterruptedException {
    Outcome outcome =
        outcomeOf(directory, List.of(), classPath(ChildJvm.class), List.of(source.toString()));
    assertThat(outcome.exitStatus).as(outcome.printed).isZero();
    return outcome.printed;
  }

  private static List<String> words(String first, String... others) {
    List<String> words = new ArrayList<>(List.of(first));
    words.addAll(List.of(others));
    return words;
  }

  private static Outcome outcomeOf(
      Path directory, List<String> options, List<String> classPath, List<String> words)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--class-path"));
    all.add(String.join(File.pathSeparator, classPath));
    all.addAll(words);
    return outcomeOf(directory, all);
  }

  /**
   * Runs {@code java} with these arguments to its end, however that comes.
   *
   * @param directory for its output
   */
  public static Outcome outcomeOf(Path directory, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    Path output = directory.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
    Process process = builder.start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    String printed = Files.readString(output);
    assertThat(ended).as(printed).isTrue();
    return new Outcome(process.exitValue(), printed);
  }

  /** All that is on this JVM's class path or module path, and what is patched into a module. */
  public static List<String> classPath(Class<?> program) {
    return Stream.of(
            rootOf(program),
            rootOf(ArenaControl.class),
            System.getProperty("java.class.path"),
            System.getProperty("jdk.module.path"))
        .filter(Objects::nonNull)
        .flatMap(path -> Stream.of(path.split(File.pathSeparator)))
        .filter(path -> !path.isEmpty())
        .distinct()
        .toList();
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
