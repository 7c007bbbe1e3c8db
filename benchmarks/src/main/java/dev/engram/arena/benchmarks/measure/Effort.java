package dev.engram.arena.benchmarks.measure;

import java.time.Duration;
import java.util.List;

/**
 * How long things are measured.
 *
 * @param rounds how often everything is measured; the report takes the median
 * @param forked whether each measurement has a JVM of its own, as it must to mean anything
 * @param warmupIterations iterations that do not count
 * @param warmupTime length of each of them
 * @param iterations iterations that count; a measurement is their median
 * @param iterationTime length of each of them
 * @param sweepThreads numbers of threads to sweep over
 * @param sweepWarmup how long the threads run before the interval
 * @param sweepInterval the interval over which their operations are counted
 */
public record Effort(
    int rounds,
    boolean forked,
    int warmupIterations,
    Duration warmupTime,
    int iterations,
    Duration iterationTime,
    List<Integer> sweepThreads,
    Duration sweepWarmup,
    Duration sweepInterval) {

  private static final List<Integer> THREADS = List.of(1, 2, 4, 32, 64);

  /** About two minutes, for a look. */
  public static final Effort QUICK =
      new Effort(
          1,
          true,
          4,
          Duration.ofMillis(150),
          3,
          Duration.ofMillis(100),
          THREADS,
          Duration.ofMillis(300),
          Duration.ofMillis(300));

  /** About a quarter of an hour, for figures to quote. */
  public static final Effort FULL =
      new Effort(
          5,
          true,
          4,
          Duration.ofMillis(250),
          5,
          Duration.ofMillis(200),
          THREADS,
          Duration.ofMillis(500),
          Duration.ofSeconds(1));

  /**
   * The same for what is slow until the JVM's compiler has seen enough of it.
   *
   * @param times how many times as long to warm up
   * @return another effort
   */
  public Effort warmingUp(int times) {
    return new Effort(
        rounds,
        forked,
        warmupIterations * times,
        warmupTime,
        iterations,
        iterationTime,
        sweepThreads,
        sweepWarmup,
        sweepInterval);
  }
}
