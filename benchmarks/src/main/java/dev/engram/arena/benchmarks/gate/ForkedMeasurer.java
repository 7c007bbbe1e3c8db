package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.kernels.KernelJvm;
import dev.engram.arena.benchmarks.measure.ChildJvm;
import dev.engram.arena.benchmarks.measure.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Measures a figure in a JVM of its own. */
public final class ForkedMeasurer {
  /** Methods that are compiled by themselves, as JMH compiles a benchmark. */
  private static final List<String> BY_THEMSELVES =
      List.of(
          "kernels.*::run",
          "alloc.ScopeBenchmark::*",
          "alloc.BumpBenchmark::*",
          "alloc.JdkBenchmark::*");

  private final GateEffort effort;
  private final Progress progress;
  private final double slowdown;
  private final List<String> jvmArguments;

  /**
   * A way to measure.
   *
   * @param effort how long
   * @param progress what to tell of each JVM
   * @param slowdown how many calls of this library are made for each that is counted; 1 but to
   *     plant a regression
   * @param kernelsLevel the CPU level that kernels are forced down to, to plant one; or null
   */
  public ForkedMeasurer(
      GateEffort effort, Progress progress, double slowdown, @Nullable String kernelsLevel) {
    this.effort = effort;
    this.progress = progress;
    this.slowdown = slowdown;
    this.jvmArguments = jvmArguments(kernelsLevel);
  }

  private static List<String> jvmArguments(@Nullable String kernelsLevel) {
    List<String> arguments = new ArrayList<>(KernelJvm.OPTIONS);
    // Less than other JVMs have here: its pages are touched first, in each of many JVMs.
    arguments.addAll(List.of("-Xms256m", "-Xmx256m"));
    // What takes JMH's results is to cost nothing, as in JVMs that JMH starts.
    arguments.addAll(
        List.of(
            "-XX:+UnlockExperimentalVMOptions",
            "-DcompilerBlackholesEnabled=true",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=blackhole,org.openjdk.jmh.infra.Blackhole::consumeCompiler"));
    String benchmarks = Operation.class.getPackageName().replaceFirst("gate$", "");
    for (String methods : BY_THEMSELVES) {
      arguments.add("-XX:CompileCommand=dontinline," + benchmarks + methods);
    }
    if (kernelsLevel != null) {
      arguments.add("-Dengram.kernels.level=" + kernelsLevel);
    }
    return List.copyOf(arguments);
  }

  /** Measures a figure once. */
  PairedSample measure(GateFigure figure) {
    progress.step(figure.title());
    String output =
        ChildJvm.outputOf(
            "the JVM of " + figure.name(),
            jvmArguments,
            PairedFork.class,
            List.of(
                figure.name(),
                String.format(Locale.ROOT, "%s", slowdown),
                Long.toString(effort.warmupMin().toNanos()),
                Long.toString(effort.warmupMax().toNanos()),
                Long.toString(effort.measured().toNanos())));
    return output
        .lines()
        .filter(line -> line.startsWith(PairedFork.RESULT))
        .map(line -> PairedSample.parse(line.substring(PairedFork.RESULT.length())))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No result in: " + output));
  }
}
