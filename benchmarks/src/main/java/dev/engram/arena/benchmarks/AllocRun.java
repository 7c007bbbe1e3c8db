package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.JmhRun;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Measurements;
import dev.engram.arena.benchmarks.measure.SweepRun;
import dev.engram.arena.benchmarks.report.BenchReport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Measures all variants. Each round measures everything once, so that whatever changes in the
 * machine meanwhile befalls all of them.
 */
final class AllocRun {
  /** Longest silence. */
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(5).toNanos();

  private final Effort effort;
  private final PrintStream progress;
  private final Machine machine;
  private final Measurements measurements = new Measurements();
  private final List<Variant> variants =
      Stream.of(Variant.values()).filter(Variant::canRunHere).toList();
  private final long beganNanos = System.nanoTime();
  private long lastLineNanos = beganNanos - SIGN_OF_LIFE_NANOS;
  private int done;

  AllocRun(Effort effort, Machine machine, PrintStream progress) {
    this.effort = effort;
    this.machine = machine;
    this.progress = progress;
  }

  BenchReport run() {
    JmhRun jmh = new JmhRun(effort);
    SweepRun sweep = new SweepRun(effort);
    for (int round = 0; round < effort.rounds(); round++) {
      for (int segments : Measurements.SEGMENTS) {
        for (Variant variant : variants) {
          step("%s, %d segments".formatted(variant.title(), segments));
          measurements.add(variant, segments, jmh.measure(variant, segments));
        }
      }
      for (Variant variant : SweepRun.VARIANTS) {
        step("%s, threads %s".formatted(variant.title(), effort.sweepThreads()));
        measurements.addSweep(variant, sweep.measure(variant));
      }
    }
    return new BenchReport(
        machine, effort, Duration.ofNanos(System.nanoTime() - beganNanos), measurements);
  }

  private void step(String what) {
    long now = System.nanoTime();
    if (now - lastLineNanos >= SIGN_OF_LIFE_NANOS) {
      lastLineNanos = now;
      progress.printf(
          Locale.ROOT,
          "%d of %d, %d s: %s%n",
          done,
          effort.rounds()
              * (variants.size() * Measurements.SEGMENTS.size() + SweepRun.VARIANTS.size()),
          Duration.ofNanos(now - beganNanos).toSeconds(),
          what);
    }
    done++;
  }
}
