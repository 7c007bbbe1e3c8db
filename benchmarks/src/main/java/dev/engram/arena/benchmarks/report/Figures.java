package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.report.Figure.Bound;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The figures that {@code scripts/bench alloc} is to show. */
public final class Figures {
  private static final Comparison CONFINED =
      new Comparison("Arena.ofConfined, escaping", Variant.CONFINED, Variant.SCOPE);
  private static final Comparison CONFINED_LOCAL =
      new Comparison("Arena.ofConfined, not escaping", Variant.CONFINED_LOCAL, Variant.SCOPE_LOCAL);
  private static final Comparison CONFINED_ZEROED =
      new Comparison("Arena.ofConfined, zeroed, escaping", Variant.CONFINED, Variant.SCOPE_ZEROED);
  private static final Comparison SHARED =
      new Comparison("Arena.ofShared", Variant.SHARED, Variant.SCOPE);
  private static final Comparison NETTY =
      new Comparison("Netty's adaptive allocator", Variant.NETTY_ADAPTIVE, Variant.SCOPE);
  private static final Comparison MIMALLOC =
      new Comparison("mimalloc", Variant.MIMALLOC, Variant.SCOPE);
  private static final Comparison BUMP =
      new Comparison("hand-written bump, escaping", Variant.BUMP, Variant.SCOPE);
  private static final Comparison BUMP_LOCAL =
      new Comparison("hand-written bump, not escaping", Variant.BUMP_LOCAL, Variant.SCOPE_LOCAL);

  /** All of them, in the order of the report. */
  public static final List<Figure> ALL =
      List.of(
          CONFINED.at(1, 4.5, 6.0),
          CONFINED.at(10, 12, 14.0),
          CONFINED.at(100, 13, 16.0),
          CONFINED_LOCAL.at(1, 8, 10.0),
          CONFINED_LOCAL.at(10, 30, 35.0),
          CONFINED_LOCAL.at(100, 50, 60.0),
          noGarbage(1),
          noGarbage(10),
          noGarbage(100),
          CONFINED_ZEROED.at(10, 2.2, 3.0),
          CONFINED_ZEROED.at(100, 2.2, 3.0),
          SHARED.at(1, 1000, null),
          SHARED.at(10, 800, null),
          SHARED.at(100, 100, null),
          NETTY.at(10, 9, null),
          MIMALLOC.at(10, 3, null),
          MIMALLOC.at(100, 3, null),
          BUMP.at(10, 1, null),
          BUMP.at(100, 1, null),
          BUMP_LOCAL.at(10, 1, null),
          BUMP_LOCAL.at(100, 1, null),
          new Figure(
              "time on a virtual thread over that on a platform thread",
              "segments",
              1,
              Bound.AT_MOST,
              3,
              2.0,
              Formula.ratio(
                  Formula.nanos(Variant.SCOPE_VIRTUAL, 1), Formula.nanos(Variant.SCOPE, 1))),
          new Figure(
              "ns that metrics cost, not escaping",
              "segments",
              1,
              Bound.AT_MOST,
              1,
              null,
              Formula.both(
                  Formula.nanos(Variant.SCOPE_LOCAL, 1),
                  Formula.nanos(Variant.SCOPE_LOCAL_UNCOUNTED, 1),
                  (on, off) -> on - off)),
          scaling(32),
          scaling(64));

  private Figures() {}

  private record Comparison(String peer, Variant theirs, Variant ours) {
    Figure at(int segments, double floor, @Nullable Double aim) {
      return Figure.timesFaster(peer, theirs, ours, "segments", segments, floor, aim);
    }
  }

  private static Figure noGarbage(int segments) {
    return new Figure(
        "bytes of garbage, not escaping",
        "segments",
        segments,
        Bound.AT_MOST,
        0,
        null,
        measurements -> measurements.medianGarbageBytes(Variant.SCOPE_LOCAL, segments));
  }

  private static Figure scaling(int threads) {
    return new Figure(
        "operations per second over those of 2 threads",
        "threads",
        threads,
        Bound.AT_LEAST,
        0.95,
        0.98,
        Formula.ratio(perSecond(threads), perSecond(2)));
  }

  private static Formula perSecond(int threads) {
    return measurements -> measurements.medianPerSecond(Variant.SCOPE_LOCAL, threads);
  }
}
