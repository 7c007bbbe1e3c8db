package dev.engram.arena.benchmarks.gate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells a regression from noise.
 *
 * <p>A figure is a ratio to a peer, which each fork measures once. Forks go round all figures, so
 * those of one figure are spread over the run. The <em>line</em> is {@link #MARGIN} below the lower
 * end of the baseline's interval. A figure whose median is below the line is measured again, with
 * as many forks as before, up to {@link #ATTEMPTS} times in all. Only if then the upper end of the
 * interval of all its forks is below the line as well has it regressed: no more than three of its
 * fifteen forks reach the line.
 *
 * <p>The test plays 1,000 runs each. Of forks that differ by 2, 8 or 20 % (standard deviation) with
 * every tenth disturbed by up to half, no run fails. Of a drop by a quarter, where forks differ by
 * 2 or 4 %, at most ten are missed; where they differ by 8 %, a third are.
 */
final class Gate {
  /** How much below the baseline's interval a figure may lie. */
  static final double MARGIN = 0.15;

  /** How often a figure is measured before it is said to have regressed. */
  static final int ATTEMPTS = 3;

  private final Map<GateFigure, Interval> baselines;
  private final Map<GateFigure, List<PairedSample>> samples = new EnumMap<>(GateFigure.class);

  /** Measures a figure once. */
  @FunctionalInterface
  interface Measurer {
    PairedSample measure(GateFigure figure);
  }

  Gate(Map<GateFigure, Interval> baselines) {
    this.baselines = Map.copyOf(baselines);
  }

  /** Measures all figures, and those that look slower again. */
  void run(Collection<GateFigure> figures, int forks, Measurer measurer) {
    measure(figures, forks, measurer);
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      measure(figures.stream().filter(this::isSuspect).toList(), forks, measurer);
    }
  }

  void measure(Collection<GateFigure> figures, int forks, Measurer measurer) {
    for (int fork = 0; fork < forks; fork++) {
      for (GateFigure figure : figures) {
        samples.computeIfAbsent(figure, key -> new ArrayList<>()).add(measurer.measure(figure));
      }
    }
  }

  private boolean isSuspect(GateFigure figure) {
    Interval baseline = baselines.get(figure);
    return baseline != null && interval(figure).median() < line(baseline);
  }

  private static double line(Interval baseline) {
    return baseline.low() * (1 - MARGIN);
  }

  Verdict verdict(GateFigure figure) {
    Interval baseline = baselines.get(figure);
    if (baseline == null) {
      return Verdict.NOT_COMPARED;
    }
    Interval now = interval(figure);
    if (isSuspect(figure)) {
      return now.high() < line(baseline) ? Verdict.REGRESSED : Verdict.UNCLEAR;
    }
    return now.low() > baseline.high() * (1 + MARGIN) ? Verdict.FASTER : Verdict.HOLDS;
  }

  List<PairedSample> samples(GateFigure figure) {
    return List.copyOf(samples.getOrDefault(figure, List.of()));
  }

  Interval interval(GateFigure figure) {
    return Interval.of(samples(figure).stream().map(PairedSample::ratio).toList());
  }

  @Nullable Interval baseline(GateFigure figure) {
    return baselines.get(figure);
  }
}
