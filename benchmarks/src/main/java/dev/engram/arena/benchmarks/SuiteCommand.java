package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.report.BenchReport;
import dev.engram.arena.benchmarks.report.JsonReport;
import dev.engram.arena.benchmarks.report.Suite;
import dev.engram.arena.benchmarks.report.TableReport;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine.Option;

/** Measures a suite. */
abstract class SuiteCommand extends BenchCommand {
  private final Effort quickEffort;
  private final Effort fullEffort;

  @Option(
      names = "--quick",
      description = "A look in about two minutes: one fork of each, short iterations.")
  private boolean quick;

  SuiteCommand(PrintStream out, PrintStream err, Effort quickEffort, Effort fullEffort) {
    super(out, err);
    this.quickEffort = quickEffort;
    this.fullEffort = fullEffort;
  }

  /** What to measure, once the library has been loaded. */
  abstract Suite suite();

  /** What else a reader must know, by subject. */
  Map<String, String> notes() {
    return Map.of();
  }

  @Override
  final int measure(Machine machine) {
    Effort effort = quick ? quickEffort : fullEffort;
    BenchReport report = new SuiteRun(suite(), notes(), effort, machine, err).run();
    TableReport.print(report, out);
    writeJson(JsonReport.text(report));
    return ExitCode.MEASURED;
  }
}
