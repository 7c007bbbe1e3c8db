package dev.engram.arena.benchmarks.gate;

import java.time.Duration;

/**
 * How long the gate measures.
 *
 * @param forks JVMs for each figure and attempt
 * @param recordedForks JVMs for each figure of a baseline
 * @param warmupMin how long a JVM warms up at least
 * @param warmupMax and at most, if the compiler has something to do all the time
 * @param measured how long it measures then
 */
public record GateEffort(
    int forks, int recordedForks, Duration warmupMin, Duration warmupMax, Duration measured) {

  /** About a minute. */
  public static final GateEffort DEFAULT =
      new GateEffort(5, 10, Duration.ofMillis(200), Duration.ofSeconds(4), Duration.ofMillis(150));
}
