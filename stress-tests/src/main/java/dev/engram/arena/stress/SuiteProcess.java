package dev.engram.arena.stress;

import dev.engram.arena.stress.progress.Stop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A run in a JVM of its own: its memory is that of this run alone, and nobody else ends with it if
 * it crashes. Its progress goes where this process's standard error goes.
 */
final class SuiteProcess {
  private SuiteProcess() {}

  /** Waits for the exit code. A request to stop is passed on. */
  static int run(List<String> arguments, Stop stop) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(arguments))
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    stop.onRequest(process::destroy);
    try {
      return process.waitFor();
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What this JVM was started with, its system properties included.
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(StressMain.class.getName());
    command.addAll(arguments);
    return command;
  }
}
