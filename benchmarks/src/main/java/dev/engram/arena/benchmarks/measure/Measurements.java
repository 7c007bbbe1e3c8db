package dev.engram.arena.benchmarks.measure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What has been measured so far. Not thread-safe. */
public final class Measurements {
  private record Sized(BenchmarkCase benchmarkCase, int size) {}

  private record Load(BenchmarkCase benchmarkCase, int threads) {}

  private final Map<Sized, List<Sample>> samples = new HashMap<>();
  private final Map<Load, List<Double>> rates = new HashMap<>();

  /** Nothing yet. */
  public Measurements() {}

  /**
   * Adds one fork's figures.
   *
   * @param benchmarkCase of what
   * @param size one of its sizes
   * @param sample the figures
   */
  public void add(BenchmarkCase benchmarkCase, int size, Sample sample) {
    samples.computeIfAbsent(new Sized(benchmarkCase, size), key -> new ArrayList<>()).add(sample);
  }

  /**
   * Adds one sweep.
   *
   * @param benchmarkCase of what
   * @param perSecond operations per second by number of threads
   */
  public void addSweep(BenchmarkCase benchmarkCase, Map<Integer, Double> perSecond) {
    perSecond.forEach((threads, rate) ->
        rates
            .computeIfAbsent(new Load(benchmarkCase, threads), key -> new ArrayList<>())
            .add(rate));
  }

  /**
   * Time of an operation, in each fork.
   *
   * @param benchmarkCase of what
   * @param size one of its sizes
   * @return nanoseconds, in the order of the forks; empty if it was not measured
   */
  public List<Double> nanos(BenchmarkCase benchmarkCase, int size) {
    return samples(benchmarkCase, size).stream().map(Sample::nanosPerOperation).toList();
  }

  /**
   * Time of an operation.
   *
   * @param benchmarkCase of what
   * @param size one of its sizes
   * @return nanoseconds, the median of the forks; empty if it was not measured
   */
  public OptionalDouble medianNanos(BenchmarkCase benchmarkCase, int size) {
    return median(nanos(benchmarkCase, size));
  }

  /**
   * Bytes of Java heap that an operation allocates.
   *
   * @param benchmarkCase of what
   * @param size one of its sizes
   * @return whole bytes, the median of the forks; empty if it is not known
   */
  public OptionalDouble medianGarbageBytes(BenchmarkCase benchmarkCase, int size) {
    List<Double> bytes =
        samples(benchmarkCase, size).stream()
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
   * @param benchmarkCase of what
   * @param threads how many threads
   * @return operations per second, the median of the sweeps; empty if it was not measured
   */
  public OptionalDouble medianPerSecond(BenchmarkCase benchmarkCase, int threads) {
    return median(rates.getOrDefault(new Load(benchmarkCase, threads), List.of()));
  }

  private List<Sample> samples(BenchmarkCase benchmarkCase, int size) {
    return samples.getOrDefault(new Sized(benchmarkCase, size), List.of());
  }

  private static OptionalDouble median(List<Double> values) {
    return values.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Median.of(values));
  }
}
