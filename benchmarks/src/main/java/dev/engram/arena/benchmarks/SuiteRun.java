package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.JmhRun;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Measurements;
import dev.engram.arena.benchmarks.measure.SweepRun;
import dev.engram.arena.benchmarks.report.BenchReport;
import dev.engram.arena.benchmarks.report.Suite;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures all of a suite. Each round measures everything once, so that whatever changes in the
 * machine meanwhile befalls all of it.
 */
final class SuiteRun {
  /** Longest silence. */
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(5).toNanos();

  private final Suite suite;
  private final Map<String, String> notes;
  private final Effort effort;
  private final PrintStream progress;
  private final Machine machine;
  private final Measurements measurements = new Measurements();
  private final List<? extends BenchmarkCase> cases;
  private final long beganNanos = System.nanoTime();
  private long lastLineNanos = beganNanos - SIGN_OF_LIFE_NANOS;
  private int done;

  SuiteRun(
      Suite suite,
      Map<String, String> notes,
      Effort effort,
      Machine machine,
      PrintStream progress) {
    this.suite = suite;
    this.notes = notes;
    this.effort = effort;
    this.machine = machine;
    this.progress = progress;
    this.cases = suite.cases().stream().filter(BenchmarkCase::canRunHere).toList();
  }

  BenchReport run() {
    JmhRun jmh = new JmhRun(effort);
    SweepRun sweep = new SweepRun(effort);
    for (int round = 0; round < effort.rounds(); round++) {
      for (int size : suite.sizes()) {
        for (BenchmarkCase benchmarkCase : cases) {
          if (benchmarkCase.sizes().contains(size)) {
            step("%s, %d %s".formatted(benchmarkCase.title(), size, suite.unit()));
            measurements.add(benchmarkCase, size, jmh.measure(benchmarkCase, size));
          }
        }
      }
      for (BenchmarkCase swept : suite.sweeps()) {
        step("%s, threads %s".formatted(swept.title(), effort.sweepThreads()));
        measurements.addSweep(swept, sweep.measure(swept));
      }
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - beganNanos);
    return new BenchReport(suite, machine, notes, effort, elapsed, measurements);
  }

  private void step(String what) {
    long now = System.nanoTime();
    if (now - lastLineNanos >= SIGN_OF_LIFE_NANOS) {
      lastLineNanos = now;
      progress.printf(
          Locale.ROOT,
          "%d of %d, %d s: %s%n",
          done,
          effort.rounds() * stepsOfRound(),
          Duration.ofNanos(now - beganNanos).toSeconds(),
          what);
    }
    done++;
  }

  private int stepsOfRound() {
    return cases.stream().mapToInt(c -> c.sizes().size()).sum() + suite.sweeps().size();
  }
}
