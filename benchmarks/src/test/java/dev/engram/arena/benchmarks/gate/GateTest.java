package dev.engram.arena.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Runs of the gate that are played, with forks whose noise is known. */
class GateTest {
  private static final GateFigure FIGURE = GateFigure.COSINE;
  private static final List<GateFigure> FIGURES = List.of(FIGURE);
  private static final int FORKS = GateEffort.DEFAULT.forks();
  private static final int RECORDED_FORKS = GateEffort.DEFAULT.recordedForks();
  private static final int RUNS = 1_000;

  /** A figure of 2, with forks that differ by so much. */
  private record Noise(Random random, double deviation) {
    PairedSample quiet() {
      double ratio = 2 * Math.exp(deviation * random.nextGaussian());
      return new PairedSample(ratio, 1, ratio);
    }

    /** Every tenth fork is disturbed by up to half. */
    PairedSample disturbed(double factor) {
      double disturbance = random.nextInt(10) == 0 ? random.nextDouble(0.5, 1) : 1;
      double ratio = quiet().ratio() * factor * disturbance;
      return new PairedSample(ratio, 1, ratio);
    }
  }

  /** On a machine that nobody else uses. */
  private static Map<GateFigure, Interval> recorded(Noise noise) {
    Gate gate = new Gate(Map.of());
    gate.run(FIGURES, RECORDED_FORKS, figure -> noise.quiet());
    return Map.of(FIGURE, gate.interval(FIGURE));
  }

  private static int regressions(double deviation, double factor) {
    int regressions = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      Noise noise = new Noise(new Random(seed), deviation);
      Gate gate = new Gate(recorded(noise));
      gate.run(FIGURES, FORKS, figure -> noise.disturbed(factor));
      regressions += gate.verdict(FIGURE) == Verdict.REGRESSED ? 1 : 0;
    }
    return regressions;
  }

  @Test
  void noiseAloneIsNoRegression() {
    assertThat(regressions(0.02, 1)).isZero();
    assertThat(regressions(0.08, 1)).isZero();
    assertThat(regressions(0.20, 1)).isZero();
  }

  /** It is not known then whether it is noise. */
  @Test
  void aDropWithinTheMarginIsNoRegression() {
    assertThat(regressions(0.02, 0.87)).isZero();
  }

  @Test
  void aDropByAQuarterIsFound() {
    System.out.println(
        "POWER "
            + regressions(0.02, 0.75)
            + " "
            + regressions(0.04, 0.75)
            + " "
            + regressions(0.08, 0.75)
            + " "
            + regressions(0.08, 0.6)
            + " "
            + regressions(0.08, 0.9)
            + " "
            + regressions(0.2, 1)
            + " "
            + regressions(0.2, 0.5));
    assertThat(regressions(0.02, 0.75)).isEqualTo(RUNS);
    assertThat(regressions(0.04, 0.75)).isGreaterThan(990);
  }

  @Test
  void whatLooksSlowerIsMeasuredAgainAndNothingElse() {
    GateFigure other = GateFigure.DECAY;
    Map<GateFigure, Interval> baselines =
        Map.of(FIGURE, new Interval(1.9, 2, 2.1), other, new Interval(1.9, 2, 2.1));
    Gate gate = new Gate(baselines);
    gate.run(
        List.of(FIGURE, other), FORKS, figure -> new PairedSample(figure == other ? 2 : 1, 1, 1));
    assertThat(gate.samples(other)).hasSize(FORKS);
    assertThat(gate.verdict(other)).isEqualTo(Verdict.HOLDS);
    assertThat(gate.samples(FIGURE)).hasSize(Gate.ATTEMPTS * FORKS);
    assertThat(gate.verdict(FIGURE)).isEqualTo(Verdict.REGRESSED);
  }

  /** Something else ran for a while: as if all were slower, and then no more. */
  @Test
  void aDisturbanceThatEndsIsNoRegression() {
    Gate gate = new Gate(Map.of(FIGURE, new Interval(1.9, 2, 2.1)));
    gate.run(FIGURES, FORKS, figure -> ratio(gate.samples(figure).size() < FORKS ? 1 : 2));
    assertThat(gate.samples(FIGURE)).hasSizeGreaterThan(FORKS);
    assertThat(gate.verdict(FIGURE)).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void forksThatDifferByMoreThanTheDropLeaveItUnclear() {
    Gate gate = new Gate(Map.of(FIGURE, new Interval(1.9, 2, 2.1)));
    gate.run(FIGURES, FORKS, figure -> ratio(gate.samples(figure).size() % 5 < 3 ? 1 : 2));
    assertThat(gate.verdict(FIGURE)).isEqualTo(Verdict.UNCLEAR);
  }

  @Test
  void theBaselinesOwnSpreadCounts() {
    Gate narrow = new Gate(Map.of(FIGURE, new Interval(1.9, 2, 2.1)));
    narrow.run(FIGURES, FORKS, figure -> ratio(1.6));
    assertThat(narrow.verdict(FIGURE)).isEqualTo(Verdict.REGRESSED);
    Gate wide = new Gate(Map.of(FIGURE, new Interval(1.7, 2, 2.1)));
    wide.run(FIGURES, FORKS, figure -> ratio(1.6));
    assertThat(wide.verdict(FIGURE)).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void whatIsFasterIsSaid() {
    Gate gate = new Gate(Map.of(FIGURE, new Interval(1.9, 2, 2.1)));
    gate.run(FIGURES, FORKS, figure -> ratio(2.5));
    assertThat(gate.verdict(FIGURE)).isEqualTo(Verdict.FASTER);
  }

  @Test
  void withoutABaselineNothingIsCompared() {
    Gate gate = new Gate(Map.of());
    gate.run(FIGURES, FORKS, figure -> ratio(0.1));
    assertThat(gate.verdict(FIGURE)).isEqualTo(Verdict.NOT_COMPARED);
    assertThat(gate.samples(FIGURE)).hasSize(FORKS);
  }

  private static PairedSample ratio(double ratio) {
    return new PairedSample(ratio, 1, ratio);
  }
}
