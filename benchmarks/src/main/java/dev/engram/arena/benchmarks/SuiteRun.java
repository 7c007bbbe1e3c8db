package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.JmhRun;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Measurements;
import dev.engram.arena.benchmarks.measure.Progress;
import dev.engram.arena.benchmarks.measure.SweepRun;
import dev.engram.arena.benchmarks.report.BenchReport;
import dev.engram.arena.benchmarks.report.Suite;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * Measures all of a suite. Each round measures everything once, so that whatever changes in the
 * machine meanwhile befalls all of it.
 */
final class SuiteRun {
  private final Suite suite;
  private final Map<String, String> notes;
  private final Effort effort;
  private final Progress progress;
  private final Machine machine;
  private final Measurements measurements = new Measurements();
  private final List<? extends BenchmarkCase> cases;

  SuiteRun(
      Suite suite, Map<String, String> notes, Effort effort, Machine machine, PrintStream out) {
    this.suite = suite;
    this.notes = notes;
    this.effort = effort;
    this.machine = machine;
    this.cases = suite.cases().stream().filter(BenchmarkCase::canRunHere).toList();
    this.progress = new Progress(out, effort.rounds() * stepsOfRound());
  }

  BenchReport run() {
    JmhRun jmh = new JmhRun(effort);
    SweepRun sweep = new SweepRun(effort);
    for (int round = 0; round < effort.rounds(); round++) {
      for (int size : suite.sizes()) {
        for (BenchmarkCase benchmarkCase : cases) {
          if (benchmarkCase.sizes().contains(size)) {
            progress.step("%s, %d %s".formatted(benchmarkCase.title(), size, suite.unit()));
            measurements.add(benchmarkCase, size, jmh.measure(benchmarkCase, size));
          }
        }
      }
      for (BenchmarkCase swept : suite.sweeps()) {
        progress.step("%s, threads %s".formatted(swept.title(), effort.sweepThreads()));
        measurements.addSweep(swept, sweep.measure(swept));
      }
    }
    return new BenchReport(suite, machine, notes, effort, progress.elapsed(), measurements);
  }

  private int stepsOfRound() {
    return cases.stream().mapToInt(c -> c.sizes().size()).sum() + suite.sweeps().size();
  }
}
