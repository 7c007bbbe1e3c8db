package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.measure.Median;
import java.util.Collection;

/**
 * Where the median of a figure lies, as far as some forks tell: the interval that belongs to the
 * sign test. It assumes nothing of how the forks are distributed, which differ by how the compiler
 * laid out code and where the system put memory, in steps more than by degrees.
 *
 * <p>The median of all possible forks lies above {@code high}, or below {@code low}, with a
 * probability of 1/32 each at most: five forks span the interval from the lowest to the highest, of
 * more forks some are left out on either side. Fewer than five tell nothing.
 *
 * @param low the lower end
 * @param median of the forks
 * @param high the upper end
 */
record Interval(double low, double median, double high) {
  /** On either side. */
  private static final double ERROR_PROBABILITY = 1.0 / 32;

  static Interval of(Collection<Double> forks) {
    double[] sorted = forks.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int left = leftOut(sorted.length);
    double median = Median.of(forks);
    return left < 0
        ? new Interval(0, median, Double.POSITIVE_INFINITY)
        : new Interval(sorted[left], median, sorted[sorted.length - 1 - left]);
  }

  /**
   * How many forks on either side are outside: with one fewer it would be the binomial
   * distribution's lower tail that stays below the probability. Negative if there are too few.
   */
  private static int leftOut(int forks) {
    double term = Math.pow(0.5, forks);
    double tail = term;
    int left = -1;
    while (tail <= ERROR_PROBABILITY) {
      left++;
      term *= (double) (forks - left) / (left + 1);
      tail += term;
    }
    return left;
  }
}
