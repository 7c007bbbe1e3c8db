package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.benchmarks.alloc.Variant;
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
  public Map<Integer, Double> measure(BenchmarkCase variant) {
    // As in the benchmarks: an operation in a method of its own.
    List<String> jvmArguments =
        List.of(
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline," + compilerName(variant.benchmarkName()));
    List<String> arguments = new ArrayList<>();
    arguments.add(variant.name());
    arguments.add(Long.toString(effort.sweepWarmup().toNanos()));
    arguments.add(Long.toString(effort.sweepInterval().toNanos()));
    effort.sweepThreads().forEach(threads -> arguments.add(threads.toString()));
    return parse(ChildJvm.outputOf("the sweep", jvmArguments, ThreadSweep.class, arguments));
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
