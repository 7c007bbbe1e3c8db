package dev.engram.arena.stress.scenario;

import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.kernels.Match;
import dev.engram.arena.kernels.VectorMatrix;
import dev.engram.arena.stress.vectors.DataSet;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Cosine similarity of arrays, of segments, with a matrix, of many queries, and the best rows. */
final class CosineCalls implements KernelCalls {
  /** More than the kernel for many queries takes one by one. */
  static final int QUERIES = 5;

  private static final int BEST_MAX = 10;

  private final DataSet data;
  private final float[][] queries;
  private final float[][] candidates;
  private final VectorMatrix matrix;
  private final ExpectedResult[] scores;
  private final ExpectedResult best;

  /**
   * Copies the candidates into a matrix.
   *
   * @param data {@link #QUERIES} queries, and candidates
   * @param withNorms whether the matrix keeps norms
   */
  CosineCalls(DataSet data, boolean withNorms) {
    this.data = data;
    queries = new float[QUERIES][];
    Arrays.setAll(queries, data::query);
    candidates = data.candidates(0);
    matrix = VectorMatrix.copyOf(candidates);
    if (withNorms) {
      matrix.computeNorms();
    }
    scores = new ExpectedResult[QUERIES];
    Arrays.setAll(scores, query -> new ExpectedResult(exact(query), bounds(candidates.length, 1)));
    best = expectedBest();
  }

  private double[] exact(int query) {
    double[] exact = new double[candidates.length];
    Arrays.setAll(exact, candidate -> data.scoreOf(query, candidate));
    return exact;
  }

  private double[] bounds(int count, int factor) {
    double[] bounds = new double[count];
    Arrays.fill(bounds, factor * data.tolerance());
    return bounds;
  }

  /** The best scores of the first query, twice. */
  private ExpectedResult expectedBest() {
    double[] exact = exact(0);
    // Negated, so that not a number comes last.
    Arrays.setAll(exact, i -> -exact[i]);
    Arrays.sort(exact);
    int count = Math.min(BEST_MAX, exact.length);
    double[] twice = new double[2 * count];
    Arrays.setAll(twice, i -> -exact[i % count]);
    // Either of two rows that are in each other's place may be wrong by as much.
    return new ExpectedResult(twice, bounds(2 * count, 2));
  }

  /** The scores that were found, and then what the rows that were found score exactly. */
  private float[] scoresOf(List<Match> matches) {
    int count = matches.size();
    float[] found = new float[2 * count];
    for (int i = 0; i < count; i++) {
      found[i] = matches.get(i).score();
      found[count + i] = (float) data.scoreOf(0, matches.get(i).index());
    }
    return found;
  }

  @Override
  public void run(KernelScope scope) {
    scope.check("cosine of arrays", scores[0], CosineSimilarity.scores(queries[0], candidates));
    MemorySegment ofSegments = scope.room(candidates.length);
    CosineSimilarity.scores(scope.unalignedInput(queries[1]), scope.input(candidates), ofSegments);
    scope.checkLater("cosine of segments", scores[1], ofSegments);
    MemorySegment ofMatrix = scope.room(candidates.length);
    CosineSimilarity.scores(scope.input(queries[2]), matrix, ofMatrix);
    scope.checkLater("cosine with a matrix", scores[2], ofMatrix);
    scope.check(
        "most similar rows", best, scoresOf(CosineSimilarity.topK(queries[0], matrix, BEST_MAX)));
    float[][] ofMany = CosineSimilarity.scores(queries, matrix);
    for (int query = 0; query < QUERIES; query++) {
      scope.check("cosine of many queries", scores[query], ofMany[query]);
    }
  }

  @Override
  public void close() {
    matrix.close();
  }
}
