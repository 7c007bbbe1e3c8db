package dev.engram.arena.benchmarks.kernels;

import java.util.SplittableRandom;

/** Queries and candidates, the same in each JVM. */
final class CosineData {
  static final int DIMENSIONS = 768;
  static final int QUERIES = 24;

  /** The library's own bound. Its peers keep it too, with data like this. */
  private static final double BOUND = 4e-5;

  final float[][] queries;
  final float[][] rows;

  CosineData(int rowCount) {
    SplittableRandom random = new SplittableRandom(20_260_101);
    queries = vectors(random, QUERIES);
    rows = vectors(random, rowCount);
  }

  float[] query() {
    return queries[0];
  }

  /** The rows one after the other. */
  float[] flatRows() {
    float[] flat = new float[rows.length * DIMENSIONS];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, flat, row * DIMENSIONS, DIMENSIONS);
    }
    return flat;
  }

  private static float[][] vectors(SplittableRandom random, int count) {
    float[][] vectors = new float[count][DIMENSIONS];
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMENSIONS; i++) {
        vector[i] = (float) random.nextDouble(-1, 1);
      }
    }
    return vectors;
  }

  void requireScores(int query, float[] scores) {
    for (int row = 0; row < rows.length; row++) {
      WrongResultException.requireNear(row, scores[row], exact(query, row), BOUND);
    }
  }

  /** The similarity in double precision. */
  double exact(int query, int row) {
    double dot = 0;
    double queryNorm = 0;
    double rowNorm = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      double q = queries[query][i];
      double r = rows[row][i];
      dot += q * r;
      queryNorm += q * q;
      rowNorm += r * r;
    }
    return dot / Math.sqrt(queryNorm * rowNorm);
  }
}
