package dev.engram.arena.kernels;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Vectors to score, and what their scores are. */
final class Vectors {
  private Vectors() {}

  /** Elements between -magnitude and magnitude. */
  static float[] vector(int dimensions, long seed, float magnitude) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextDouble(-1, 1) * magnitude;
    }
    return vector;
  }

  static float[][] vectors(int count, int dimensions, long seed, float magnitude) {
    return IntStream.range(0, count)
        .mapToObj(i -> vector(dimensions, seed * 1000 + i, magnitude))
        .toArray(float[][]::new);
  }

  static float[] scaled(float[] vector, float factor) {
    float[] result = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      result[i] = vector[i] * factor;
    }
    return result;
  }

  /** The rows one after the other. */
  static float[] flat(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
    }
    return flat;
  }

  /** The textbook formula in double precision. */
  static float[] reference(float[] query, float[][] candidates) {
    float[] scores = new float[candidates.length];
    for (int row = 0; row < candidates.length; row++) {
      double dot = 0;
      double queryNorm = 0;
      double rowNorm = 0;
      for (int i = 0; i < query.length; i++) {
        dot += (double) query[i] * candidates[row][i];
        queryNorm += (double) query[i] * query[i];
        rowNorm += (double) candidates[row][i] * candidates[row][i];
      }
      scores[row] = (float) (dot / Math.sqrt(queryNorm) / Math.sqrt(rowNorm));
    }
    return scores;
  }
}
