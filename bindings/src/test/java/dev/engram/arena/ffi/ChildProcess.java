package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * Runs a program to its end: what loads a library, or must fail to, does so in a JVM of its own.
 */
@NullMarked
final class ChildProcess {
  private static final long TIMEOUT_SECONDS = 120;

  private ChildProcess() {}

  record Result(int exitCode, String output) {}

  /** A program of the JDK that runs the tests. */
  static String jdkTool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** The output is that of both streams. */
  static Result run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("child-output", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      // Options from there could grant native access, and Java would report them in the output.
      builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
      Process process = builder.start();
      boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertThat(ended).as("%s ends within %d s", command, TIMEOUT_SECONDS).isTrue();
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }
}
