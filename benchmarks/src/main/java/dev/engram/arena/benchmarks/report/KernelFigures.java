package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.kernels.CosineCase;
import dev.engram.arena.benchmarks.kernels.CosineCase.Sizes;
import dev.engram.arena.benchmarks.kernels.DecayCase;
import dev.engram.arena.benchmarks.kernels.KernelCase;
import dev.engram.arena.benchmarks.kernels.SpreadCase;
import dev.engram.arena.benchmarks.report.Figure.Bound;
import java.util.List;

/** The figures that the benchmarks of the kernels are to show. */
public final class KernelFigures {
  private static final int FEW_ROWS = Sizes.FEW_ROWS;
  private static final int MANY_ROWS = Sizes.MANY_ROWS;
  private static final int FEW_NODES = SpreadCase.Sizes.FEW_NODES;
  private static final int MANY_NODES = SpreadCase.Sizes.MANY_NODES;

  private static final Comparison LUCENE = rows("Lucene", CosineCase.LUCENE, CosineCase.NATIVE);
  private static final Comparison VECTOR_API =
      rows("Java Vector API", CosineCase.VECTOR_API, CosineCase.NATIVE);
  private static final Comparison JVECTOR = rows("jvector", CosineCase.JVECTOR, CosineCase.NATIVE);
  private static final Comparison LUCENE_ARRAYS =
      rows("Lucene, float[][]", CosineCase.LUCENE, CosineCase.ARRAY_ROWS);
  private static final Comparison JAVA_V2 =
      rows("Java loop, v2 forced", CosineCase.JAVA, CosineCase.NATIVE_V2);

  /** Those of cosine similarity. */
  public static final List<Figure> COSINE =
      List.of(
          LUCENE.at(FEW_ROWS, 2.1),
          VECTOR_API.at(FEW_ROWS, 1.7),
          JVECTOR.at(FEW_ROWS, 2.7),
          atLeast(
              "part of the read limit",
              "rows",
              FEW_ROWS,
              0.7,
              Formula.ratio(
                  Formula.nanos(CosineCase.READ_LIMIT, FEW_ROWS),
                  Formula.nanos(CosineCase.NATIVE, FEW_ROWS))),
          LUCENE.at(MANY_ROWS, 2.7),
          VECTOR_API.at(MANY_ROWS, 2.2),
          JVECTOR.at(MANY_ROWS, 1.45),
          rows("24 calls, 24 queries", CosineCase.QUERIES_SINGLY, CosineCase.QUERIES)
              .at(MANY_ROWS, 4),
          rows("Lucene, float[]", CosineCase.LUCENE, CosineCase.FLAT_ROWS).at(FEW_ROWS, 1.3),
          LUCENE_ARRAYS.at(FEW_ROWS, 1.05),
          LUCENE_ARRAYS.at(MANY_ROWS, 1.4),
          timeOver(
              "time of the top 10 over that of scores",
              "rows",
              MANY_ROWS,
              CosineCase.TOP_10,
              CosineCase.NATIVE,
              1.03),
          v3OverV4("rows", FEW_ROWS, CosineCase.NATIVE_V3, CosineCase.NATIVE_V4),
          v3OverV4("rows", MANY_ROWS, CosineCase.NATIVE_V3, CosineCase.NATIVE_V4),
          JAVA_V2.at(FEW_ROWS, 2),
          JAVA_V2.at(MANY_ROWS, 2),
          atMost("Java's part of a call", "rows", FEW_ROWS, 0.03, javasPart()));

  /** Those of decay. */
  public static final List<Figure> DECAY =
      List.of(
          memories("Math.exp, arrays", DecayCase.MATH_EXP, DecayCase.ARRAYS, 21),
          memories("Math.exp, native", DecayCase.MATH_EXP, DecayCase.NATIVE, 21),
          memories("lanewise(EXP), arrays", DecayCase.VECTOR_API, DecayCase.ARRAYS, 1.6),
          memories("lanewise(EXP), native", DecayCase.VECTOR_API, DecayCase.NATIVE, 1.6),
          v3OverV4("memories", DecayCase.MEMORIES, DecayCase.NATIVE_V3, DecayCase.NATIVE_V4),
          memories("Math.exp, v2 forced", DecayCase.MATH_EXP, DecayCase.NATIVE_V2, 2));

  /** Those of spreading. */
  public static final List<Figure> SPREAD =
      List.of(
          nodes("Java push", SpreadCase.JAVA_PUSH, SpreadCase.PLAIN, FEW_NODES, 1.8),
          nodes("Java push", SpreadCase.JAVA_PUSH, SpreadCase.PLAIN, MANY_NODES, 1.4),
          nodes(
              "the full sweep, 64 active", SpreadCase.PLAIN, SpreadCase.FROM_FEW, MANY_NODES, 100));

  private KernelFigures() {}

  private record Comparison(String peer, KernelCase theirs, KernelCase ours, String unit) {
    Figure at(int size, double floor) {
      return Figure.timesFaster(peer, theirs, ours, unit, size, floor, null);
    }
  }

  private static Comparison rows(String peer, KernelCase theirs, KernelCase ours) {
    return new Comparison(peer, theirs, ours, "rows");
  }

  private static Figure memories(String peer, KernelCase theirs, KernelCase ours, double floor) {
    return new Comparison(peer, theirs, ours, "memories").at(DecayCase.MEMORIES, floor);
  }

  private static Figure nodes(
      String peer, KernelCase theirs, KernelCase ours, int size, double floor) {
    return new Comparison(peer, theirs, ours, "nodes").at(size, floor);
  }

  private static Figure v3OverV4(String unit, int size, KernelCase v3, KernelCase v4) {
    return timeOver("time at x86-64-v3 over that at v4", unit, size, v3, v4, 1.8);
  }

  private static Figure timeOver(
      String title, String unit, int size, KernelCase above, KernelCase below, double limit) {
    return atMost(
        title,
        unit,
        size,
        limit,
        Formula.ratio(Formula.nanos(above, size), Formula.nanos(below, size)));
  }

  /**
   * What a call takes beyond the native function. It does not depend on the number of rows, and
   * would drown in the variation of a longer call; so it is taken where there is one row, and set
   * against the time of a hundred. The call itself is in both and counted again, since it is part
   * of it.
   */
  private static Formula javasPart() {
    Formula checks =
        Formula.both(
            Formula.nanos(CosineCase.NATIVE, Sizes.CALL),
            Formula.nanos(CosineCase.DOWNCALL, Sizes.CALL),
            (ours, bare) -> ours - bare);
    Formula all =
        Formula.both(checks, Formula.nanos(CosineCase.EMPTY_DOWNCALL, Sizes.CALL), Double::sum);
    return Formula.ratio(all, Formula.nanos(CosineCase.NATIVE, FEW_ROWS));
  }

  private static Figure atLeast(
      String title, String unit, int size, double floor, Formula formula) {
    return new Figure(title, unit, size, Bound.AT_LEAST, floor, null, formula);
  }

  private static Figure atMost(String title, String unit, int size, double floor, Formula formula) {
    return new Figure(title, unit, size, Bound.AT_MOST, floor, null, formula);
  }
}
