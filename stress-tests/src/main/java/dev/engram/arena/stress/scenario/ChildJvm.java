package dev.engram.arena.stress.scenario;

import dev.engram.arena.stress.progress.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a class in a JVM of its own, with this one's class path, and keeps what it leaves. */
final class ChildJvm {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
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

  private ChildJvm() {}

  static Outcome run(Class<?> main, List<String> arguments, Progress progress)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("engram-stress-");
    try {
      return run(main, arguments, directory, progress);
    } finally {
      delete(directory);
    }
  }

  private static Outcome run(
      Class<?> main, List<String> arguments, Path directory, Progress progress)
      throws IOException, InterruptedException {
    Path output = directory.resolve("stdout");
    Path error = directory.resolve("stderr");
    Path crashReport = directory.resolve("hs_err.log");
    Process process =
        new ProcessBuilder(command(main, arguments, directory, crashReport))
            .directory(directory.toFile())
            .redirectOutput(output.toFile())
            .redirectError(error.toFile())
            .start();
    boolean ended;
    try {
      ended = await(process, progress);
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.waitFor(), !ended, read(output), read(error), read(crashReport));
  }

  private static List<String> command(
      Class<?> main, List<String> arguments, Path directory, Path crashReport) {
    List<String> command = new ArrayList<>();
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

  private static boolean await(Process process, Progress progress) throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
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
