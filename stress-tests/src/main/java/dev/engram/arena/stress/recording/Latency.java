package dev.engram.arena.stress.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How long operations took, to 1 %. Each thread begins an operation when its last one is over, so
 * that one which takes long delays those behind it unseen.
 *
 * @param count operations
 * @param meanNanos mean
 * @param minNanos the shortest
 * @param maxNanos the longest
 * @param percentiles values that so many operations do not exceed, ascending
 * @param bins operations by duration, ascending, those without any left out
 */
public record Latency(
    long count,
    double meanNanos,
    long minNanos,
    long maxNanos,
    List<Percentile> percentiles,
    List<Bin> bins) {
  static final int SIGNIFICANT_DIGITS = 2;

  /** Widths in the same proportion: ten in a power of ten. */
  private static final double BINS_PER_DECADE = 10;

  private static final double[] PERCENTILES = {10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100};

  /**
   * A value that some operations do not exceed.
   *
   * @param percent how many of the operations
   * @param nanos the value
   */
  public record Percentile(double percent, long nanos) {}

  /**
   * Operations of about the same duration.
   *
   * @param fromNanos the shortest that belongs here
   * @param toNanos the shortest that does not any more
   * @param count how many
   */
  public record Bin(double fromNanos, double toNanos, long count) {}

  static Latency of(Histogram histogram) {
    return new Latency(
        histogram.getTotalCount(),
        histogram.getMean(),
        histogram.getTotalCount() == 0 ? 0 : histogram.getMinValue(),
        histogram.getMaxValue(),
        DoubleStream.of(PERCENTILES)
            .mapToObj(percent -> new Percentile(percent, histogram.getValueAtPercentile(percent)))
            .toList(),
        bins(histogram));
  }

  private static List<Bin> bins(Histogram histogram) {
    SortedMap<Integer, Long> counts = new TreeMap<>();
    for (HistogramIterationValue value : histogram.recordedValues()) {
      // The middle of the values that the histogram does not tell apart.
      double nanos = Math.max(1, histogram.medianEquivalentValue(value.getValueIteratedTo()));
      counts.merge(
          (int) Math.floor(Math.log10(nanos) * BINS_PER_DECADE),
          value.getCountAtValueIteratedTo(),
          Long::sum);
    }
    List<Bin> bins = new ArrayList<>();
    counts.forEach((bin, count) -> bins.add(new Bin(edge(bin), edge(bin + 1), count)));
    return List.copyOf(bins);
  }

  private static double edge(int bin) {
    return Math.pow(10, bin / BINS_PER_DECADE);
  }

  /**
   * One of the percentiles.
   *
   * @param percent one that there is
   * @return what so many operations do not exceed
   * @throws IllegalArgumentException if there is no such percentile
   */
  public long nanosAt(double percent) {
    return percentiles.stream()
        .filter(percentile -> percentile.percent == percent)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no percentile " + percent))
        .nanos;
  }
}
