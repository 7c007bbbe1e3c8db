package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.gate.GateEffort;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.MeasurementException;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code scripts/bench}. */
public final class BenchMain {
  private BenchMain() {}

  /**
   * Runs one benchmark and ends the JVM: 0 if all was measured, 1 if a figure of the regression
   * gate regressed, 2 on a usage error, 3 if it cannot run here.
   *
   * @param args the name of a benchmark, and options
   */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, Effort.QUICK, Effort.FULL, GateEffort.DEFAULT, args));
  }

  /** Returns an {@link ExitCode}. */
  static int run(
      PrintStream out,
      PrintStream err,
      Effort quick,
      Effort full,
      GateEffort gate,
      String... args) {
    CommandLine line =
        new CommandLine(new Bench()).addSubcommand(new AllocCommand(out, err, quick, full));
    line.addSubcommand(new JfrCommand(out, err, quick, full));
    line.addSubcommand(new ChartCommand());
    KernelCommand.addTo(line, out, err, quick, full);
    // The script names a baseline, and the user may name another.
    return line.addSubcommand(new CheckCommand(out, err, gate))
        .setOverwrittenOptionsAllowed(true)
        .setOut(new PrintWriter(out, true, out.charset()))
        .setErr(new PrintWriter(err, true, err.charset()))
        .setParameterExceptionHandler((e, arguments) -> refuse(err, e))
        .setExecutionExceptionHandler((e, failed, result) -> explain(err, e))
        .execute(args);
  }

  private static int refuse(PrintStream err, Exception e) {
    err.println("bench: " + e.getMessage() + " (--help lists the options)");
    return ExitCode.USAGE;
  }

  private static int explain(PrintStream err, Exception e) {
    switch (e) {
      case CannotRunException missing -> err.println("bench: " + missing.getMessage());
      case MeasurementException failure -> err.println("bench: " + failure.getMessage());
      default -> e.printStackTrace(err);
    }
    return ExitCode.CANNOT_RUN;
  }

  /** What all benchmarks are under. */
  @Command(
      name = "bench",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "BENCHMARK",
      description = "Measures this library beside its peers.",
      footer =
          "scripts/bench native measures the kernels beside peers in native code, scripts/bench metrics"
              + " what counting costs, and scripts/bench contention how often threads wait for each"
              + " other; each has a --help of its own.")
  private static final class Bench {}
}
