package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.benchmarks.alloc.Variant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sweeps one variant over numbers of threads, in a JVM of its own. */
public final class SweepRun {
  /** The variants that are swept: this library, and what its scaling is to be compared with. */
  public static final List<Variant> VARIANTS =
      List.of(Variant.SCOPE_LOCAL, Variant.BUMP_LOCAL, Variant.CONFINED_LOCAL);

  private final Effort effort;

  /**
   * A way to sweep.
   *
   * @param effort how long, and over which numbers of threads
   */
  public SweepRun(Effort effort) {
    this.effort = effort;
  }

  /**
   * Sweeps.
   *
   * @param variant one of {@link #VARIANTS}
   * @return operations per second by number of threads
   * @throws MeasurementException if it fails; the message holds what the JVM had to say
   */
  public Map<Integer, Double> measure(Variant variant) {
    try {
      Process process = new ProcessBuilder(command(variant)).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new MeasurementException(
            "the sweep ended with status %d\n%s".formatted(status, output.strip()));
      }
      return parse(output);
    } catch (IOException e) {
      throw new MeasurementException("no JVM for the sweep: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MeasurementException("interrupted", e);
    }
  }

  private List<String> command(Variant variant) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ChildJvm.OPTIONS);
    // As in the benchmarks: an operation in a method of its own.
    command.add("-XX:CompileCommand=quiet");
    command.add("-XX:CompileCommand=dontinline," + compilerName(variant.benchmarkName()));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            ThreadSweep.class.getName(),
            variant.name(),
            Long.toString(effort.sweepWarmup().toNanos()),
            Long.toString(effort.sweepInterval().toNanos())));
    effort.sweepThreads().forEach(threads -> command.add(threads.toString()));
    return command;
  }

  /** With the separator that the compiler's options have between class and method. */
  private static String compilerName(String qualifiedMethod) {
    int dot = qualifiedMethod.lastIndexOf('.');
    return qualifiedMethod.substring(0, dot) + "::" + qualifiedMethod.substring(dot + 1);
  }

  private static Map<Integer, Double> parse(String output) {
    Map<Integer, Double> rates = new TreeMap<>();
    output
        .lines()
        .filter(line -> line.startsWith(ThreadSweep.RESULT))
        .map(line -> line.split(" ", -1))
        .forEach(words -> rates.put(Integer.valueOf(words[1]), Double.valueOf(words[2])));
    return rates;
  }
}
