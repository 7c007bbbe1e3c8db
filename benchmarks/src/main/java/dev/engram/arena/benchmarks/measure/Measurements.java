package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.benchmarks.alloc.Variant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What has been measured so far. Not thread-safe. */
public final class Measurements {
  /** Numbers of segments that an operation takes. */
  public static final List<Integer> SEGMENTS = List.of(1, 10, 100);

  private record Case(Variant variant, int segments) {}

  private record Load(Variant variant, int threads) {}

  private final Map<Case, List<Sample>> samples = new HashMap<>();
  private final Map<Load, List<Double>> rates = new HashMap<>();

  /** Nothing yet. */
  public Measurements() {}

  /**
   * Adds one fork's figures.
   *
   * @param variant of what
   * @param segments with how many segments
   * @param sample the figures
   */
  public void add(Variant variant, int segments, Sample sample) {
    samples.computeIfAbsent(new Case(variant, segments), key -> new ArrayList<>()).add(sample);
  }

  /**
   * Adds one sweep.
   *
   * @param variant of what
   * @param perSecond operations per second by number of threads
   */
  public void addSweep(Variant variant, Map<Integer, Double> perSecond) {
    perSecond.forEach((threads, rate) ->
        rates.computeIfAbsent(new Load(variant, threads), key -> new ArrayList<>()).add(rate));
  }

  /**
   * Time of an operation, in each fork.
   *
   * @param variant of what
   * @param segments with how many segments
   * @return nanoseconds, in the order of the forks; empty if it was not measured
   */
  public List<Double> nanos(Variant variant, int segments) {
    return samples(variant, segments).stream().map(Sample::nanosPerOperation).toList();
  }

  /**
   * Time of an operation.
   *
   * @param variant of what
   * @param segments with how many segments
   * @return nanoseconds, the median of the forks; empty if it was not measured
   */
  public OptionalDouble medianNanos(Variant variant, int segments) {
    return median(nanos(variant, segments));
  }

  /**
   * Bytes of Java heap that an operation allocates.
   *
   * @param variant of what
   * @param segments with how many segments
   * @return whole bytes, the median of the forks; empty if it is not known
   */
  public OptionalDouble medianGarbageBytes(Variant variant, int segments) {
    List<Double> bytes =
        samples(variant, segments).stream()
            .map(Sample::garbageBytesPerOperation)
            .filter(value -> !value.isNaN())
            .toList();
    // What the measuring itself allocates comes to some thousandths.
    OptionalDouble median = median(bytes);
    return median.isPresent() ? OptionalDouble.of(Math.rint(median.getAsDouble())) : median;
  }

  /**
   * Operations of all threads together.
   *
   * @param variant of what
   * @param threads how many threads
   * @return operations per second, the median of the sweeps; empty if it was not measured
   */
  public OptionalDouble medianPerSecond(Variant variant, int threads) {
    return median(rates.getOrDefault(new Load(variant, threads), List.of()));
  }

  private List<Sample> samples(Variant variant, int segments) {
    return samples.getOrDefault(new Case(variant, segments), List.of());
  }

  private static OptionalDouble median(List<Double> values) {
    return values.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Median.of(values));
  }
}
