package dev.engram.arena.stress.scenario;

import dev.engram.arena.stress.progress.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A JVM of its own for a class, with this one's class path. What it leaves is kept. For one thread.
 */
final class ChildJvm {
  private static final long PROGRESS_INTERVAL_MILLIS = 100;
  private static final String LIBRARY_PATH_PROPERTY = "engram.arena.library.path";

  /**
   * What became of the process.
   *
   * @param exitStatus its exit status; meaningless if it timed out. A JVM that may not dump core
   *     ends a crash with 1
   * @param timedOut whether it had to be ended
   * @param standardOutput all it printed
   * @param standardError all it printed
   * @param crashReport the JVM's error file, empty if there is none
   */
  record Outcome(
      int exitStatus,
      boolean timedOut,
      String standardOutput,
      String standardError,
      String crashReport) {}

  private final Class<?> main;
  private final List<String> arguments;
  private final List<String> options = new ArrayList<>();
  private final List<String> launcher = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private Duration timeout = Duration.ofSeconds(60);

  private ChildJvm(Class<?> main, List<String> arguments) {
    this.main = main;
    this.arguments = List.copyOf(arguments);
  }

  /** A JVM that is to run a class, and has not been started. */
  static ChildJvm of(Class<?> main, List<String> arguments) {
    return new ChildJvm(main, arguments);
  }

  static ChildJvm of(Class<?> main, String... arguments) {
    return of(main, List.of(arguments));
  }

  /** Adds options of the JVM. */
  ChildJvm with(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /** Sets a variable of its environment. */
  ChildJvm withVariable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Has it started by a shell, after that has run a command: one that limits it, for instance. */
  ChildJvm after(String shellCommand) {
    launcher.addAll(List.of("/bin/sh", "-c", shellCommand + "; exec \"$@\"", "sh"));
    return this;
  }

  /** Gives it more time than a minute. */
  ChildJvm within(Duration time) {
    timeout = time;
    return this;
  }

  /** Starts it and waits for its end, which comes by force if it takes too long. */
  Outcome run(Progress progress) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("engram-stress-");
    try {
      return run(directory, progress);
    } finally {
      delete(directory);
    }
  }

  private Outcome run(Path directory, Progress progress) throws IOException, InterruptedException {
    Path output = directory.resolve("stdout");
    Path error = directory.resolve("stderr");
    Path crashReport = directory.resolve("hs_err.log");
    ProcessBuilder builder =
        new ProcessBuilder(command(directory, crashReport))
            .directory(directory.toFile())
            .redirectOutput(output.toFile())
            .redirectError(error.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended;
    try {
      ended = await(process, progress);
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.waitFor(), !ended, read(output), read(error), read(crashReport));
  }

  private List<String> command(Path directory, Path crashReport) {
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:ErrorFile=" + crashReport);
    command.add("-XX:-CreateCoredumpOnCrash");
    // What the child cannot remove any more is removed with the directory.
    command.add("-Djava.io.tmpdir=" + directory);
    String library = System.getProperty(LIBRARY_PATH_PROPERTY);
    if (library != null) {
      command.add("-D" + LIBRARY_PATH_PROPERTY + "=" + Path.of(library).toAbsolutePath());
    }
    command.addAll(options);
    command.add("-cp");
    command.add(absoluteClassPath());
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  /** The child runs in another directory. */
  private static String absoluteClassPath() {
    String separator = System.getProperty("path.separator");
    return Stream.of(System.getProperty("java.class.path").split(separator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .reduce((left, right) -> left + separator + right)
        .orElseThrow();
  }

  private boolean await(Process process, Progress progress) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() < deadline) {
      if (process.waitFor(PROGRESS_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
        return true;
      }
      progress.at(0);
    }
    return false;
  }

  private static String read(Path file) throws IOException {
    return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
  }

  private static void delete(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> tree = Files.walk(directory)) {
      paths = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
