package dev.engram.arena.concurrency;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

/** Runs some of jcstress's tests, each in a JVM of its own. */
final class JcstressRun {
  private static final Duration TIMEOUT = Duration.ofMinutes(60);
  private static final String LIBRARY_PATH_PROPERTY = "engram.arena.library.path";

  private JcstressRun() {}

  /** The names of all tests there are. */
  static List<String> testNames() {
    return TestList.tests().stream().sorted().toList();
  }

  /**
   * Runs tests, and leaves jcstress's log and report in a folder.
   *
   * @param tests their names
   * @return the results of each, one for each way that it was compiled
   */
  static Map<String, List<TestResult>> run(List<String> tests, Path folder)
      throws IOException, InterruptedException, ClassNotFoundException {
    delete(folder);
    Files.createDirectories(folder);
    Process process =
        new ProcessBuilder(command(tests))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("jcstress.log").toFile())
            .start();
    try {
      // Its exit status is not asked: the results say more.
      if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("jcstress did not end within " + TIMEOUT);
      }
    } finally {
      process.destroyForcibly();
    }
    return read(folder);
  }

  private static List<String> command(List<String> tests) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // For what jcstress itself looks up of the system.
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(absoluteClassPath());
    command.add(Main.class.getName());
    command.addAll(List.of("-t", pattern(tests), "-r", "report", "-m", "quick"));
    // What crosses into native code takes thousands of times as long as what jcstress expects.
    command.addAll(List.of("-strideSize", "32", "-strideCount", "20"));
    command.addAll(List.of("-time", "300", "-iters", "2"));
    if (Effort.FULL) {
      // Every combination of interpreter and compilers for the two actors.
      command.addAll(List.of("-jvmArgsPrepend", jvmArguments()));
    } else {
      command.addAll(List.of("-sc", "false", "-af", "NONE", "-jvmArgs", jvmArguments()));
    }
    return command;
  }

  private static String pattern(List<String> names) {
    return names.stream().map(Pattern::quote).collect(Collectors.joining("|", "^(", ")$"));
  }

  private static String jvmArguments() {
    String arguments = "--enable-native-access=ALL-UNNAMED --illegal-native-access=deny";
    String library = System.getProperty(LIBRARY_PATH_PROPERTY);
    return library == null
        ? arguments
        : arguments + " -D" + LIBRARY_PATH_PROPERTY + "=" + Path.of(library).toAbsolutePath();
  }

  private static String absoluteClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Map<String, List<TestResult>> read(Path folder)
      throws IOException, ClassNotFoundException {
    Path file;
    try (Stream<Path> files = Files.list(folder)) {
      file =
          files
              .filter(f -> f.toString().endsWith(".bin.gz"))
              .findAny()
              .orElseThrow(() -> new IOException("jcstress left no result; see " + folder));
    }
    InProcessCollector collector = new InProcessCollector();
    DiskReadCollector reader = new DiskReadCollector(file.toString(), collector);
    reader.dump();
    reader.close();
    Collection<TestResult> results = collector.getTestResults();
    return results.stream().collect(Collectors.groupingBy(TestResult::getName));
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> tree = Files.walk(folder)) {
      paths = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
