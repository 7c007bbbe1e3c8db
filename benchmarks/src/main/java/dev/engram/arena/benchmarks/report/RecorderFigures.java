package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.report.Figure.Bound;
import java.util.List;
import java.util.stream.Stream;

/** The figures that {@code scripts/bench jfr} is to show. */
public final class RecorderFigures {
  /** What is off costs nothing, as far as forks that do the same can tell. */
  private static final double RATIO_MAX = 1.05;

  /** All of them, in the order of the report. */
  public static final List<Figure> ALL =
      Stream.of(
              ratios("time with no recording over that without jdk.jfr", Variant.SCOPE_LOCAL),
              ratios(
                  "time in a recording without scopes over the same",
                  Variant.SCOPE_LOCAL_IN_RECORDING),
              garbage())
          .flatMap(figures -> figures)
          .toList();

  private RecorderFigures() {}

  private static Stream<Figure> ratios(String title, Variant variant) {
    return Variant.SEGMENTS.stream()
        .map(segments ->
            new Figure(
                title,
                "segments",
                segments,
                Bound.AT_MOST,
                RATIO_MAX,
                null,
                Formula.ratio(
                    Formula.nanos(variant, segments),
                    Formula.nanos(Variant.SCOPE_LOCAL_WITHOUT_RECORDER, segments))));
  }

  private static Stream<Figure> garbage() {
    Variant variant = Variant.SCOPE_LOCAL_IN_RECORDING;
    return Variant.SEGMENTS.stream()
        .map(segments ->
            new Figure(
                "bytes of garbage in a recording without scopes",
                "segments",
                segments,
                Bound.AT_MOST,
                0,
                null,
                measurements -> measurements.medianGarbageBytes(variant, segments)));
  }
}
