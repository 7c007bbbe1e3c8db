package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.measure.Machine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A run of the gate, as it is reported.
 *
 * @param cpu what was measured on
 * @param machine where and when
 * @param figures what was measured
 * @param gate what came of it
 * @param elapsed how long it took
 */
public record GateRun(
    CpuKind cpu, Machine machine, List<GateFigure> figures, Gate gate, Duration elapsed) {

  /**
   * Measures.
   *
   * @param baselines what to compare with
   * @param machine where this is, and when
   * @param figures what to measure
   * @param forks how many JVMs for each figure, and again for those that look slower
   * @param measurer how
   * @return the run
   * @throws IOException if the baselines hold something else than baselines
   */
  public static GateRun measure(
      Baselines baselines,
      Machine machine,
      List<GateFigure> figures,
      int forks,
      ForkedMeasurer measurer)
      throws IOException {
    CpuKind cpu = CpuKind.here();
    Gate gate = new Gate(baselines.of(cpu));
    long began = System.nanoTime();
    gate.run(figures, forks, measurer::measure);
    return new GateRun(cpu, machine, figures, gate, Duration.ofNanos(System.nanoTime() - began));
  }

  /**
   * The figures that something was recorded of.
   *
   * @return those
   */
  public List<GateFigure> compared() {
    return figures.stream().filter(f -> gate.verdict(f) != Verdict.NOT_COMPARED).toList();
  }

  /**
   * The figures that regressed.
   *
   * @return those
   */
  public List<GateFigure> regressed() {
    return figures.stream().filter(f -> gate.verdict(f) == Verdict.REGRESSED).toList();
  }

  /**
   * Writes what was measured to the baselines' file.
   *
   * @param baselines what was recorded before, of this and other kinds of CPU
   * @throws IOException if the file cannot be written
   */
  public void record(Baselines baselines) throws IOException {
    baselines.record(cpu, machine, gate, figures);
  }
}
