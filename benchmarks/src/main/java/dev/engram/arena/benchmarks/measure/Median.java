package dev.engram.arena.benchmarks.measure;

import java.util.Collection;

/** The middle of some numbers. */
public final class Median {
  private Median() {}

  /**
   * The median.
   *
   * @param values at least one
   * @return the value in the middle, or half-way between the two that are
   */
  public static double of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("There is no median of no values");
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
