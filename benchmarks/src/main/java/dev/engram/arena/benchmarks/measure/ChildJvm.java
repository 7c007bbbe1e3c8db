package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.benchmarks.alloc.MimallocLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the JVMs are started in which something is measured. */
public final class ChildJvm {
  /**
   * The heap is fixed, so that no two forks differ by how far theirs has grown, and touched: else
   * what makes garbage pays for the system's pages until its first collection, which may come
   * before or after the warm-up.
   */
  static final List<String> OPTIONS = options();

  private ChildJvm() {}

  /**
   * Runs a program in a JVM of its own, with the class path of this one.
   *
   * @param what the JVM, for a message
   * @param jvmArguments what it is told beyond what all are
   * @param program whose main method it runs
   * @param arguments the program's
   * @return what it wrote to standard output and standard error
   * @throws MeasurementException if it fails; the message holds what it had to say
   */
  public static String outputOf(
      String what, List<String> jvmArguments, Class<?> program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.addAll(jvmArguments);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(arguments);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new MeasurementException(
            "%s ended with status %d\n%s".formatted(what, status, output.strip()));
      }
      return output;
    } catch (IOException e) {
      throw new MeasurementException(what + " could not be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MeasurementException("interrupted", e);
    }
  }

  private static List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--illegal-native-access=deny",
                "-Xms1g",
                "-Xmx1g",
                "-XX:+AlwaysPreTouch"));
    for (String property : List.of("engram.arena.library.path", MimallocLibrary.PATH_PROPERTY)) {
      String value = System.getProperty(property);
      if (value != null) {
        options.add("-D" + property + "=" + value);
      }
    }
    return List.copyOf(options);
  }
}
