package dev.engram.arena.stress.vectors;

import java.util.random.RandomGenerator;

/**
 * Vectors with normally distributed elements. Independent ones of many dimensions would all be
 * nearly orthogonal, and one score as good as another: so each is turned towards or away from a
 * common direction by a random amount, which spreads the scores over [-1, 1]. Their lengths differ,
 * so that a missing norm shows.
 */
public final class GaussianVectors implements VectorSource {
  private static final double LENGTH_FACTOR_MIN = 0.25;
  private static final double LENGTH_FACTOR_MAX = 4;

  private final int dimensions;

  /**
   * A source of vectors of one dimension.
   *
   * @param dimensions number of elements, at least 1
   */
  public GaussianVectors(int dimensions) {
    this.dimensions = dimensions;
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public DataSet dataSet(RandomGenerator random, int queries, int candidates) {
    float[] direction = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      direction[i] = (float) random.nextGaussian();
    }
    return DataSet.of(vectors(random, queries, direction), vectors(random, candidates, direction));
  }

  @Override
  public long heapBytesPerVector() {
    return (long) dimensions * Float.BYTES;
  }

  private float[][] vectors(RandomGenerator random, int count, float[] direction) {
    float[][] vectors = new float[count][dimensions];
    for (float[] vector : vectors) {
      double length = random.nextDouble(LENGTH_FACTOR_MIN, LENGTH_FACTOR_MAX);
      double along = random.nextDouble(-1, 1);
      double across = Math.sqrt(1 - along * along);
      for (int i = 0; i < dimensions; i++) {
        vector[i] = (float) (length * (along * direction[i] + across * random.nextGaussian()));
      }
    }
    return vectors;
  }
}
