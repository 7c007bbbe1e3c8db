package dev.engram.arena.internal;

import dev.engram.arena.ArenaStats;
import java.util.function.Supplier;

/**
 * Counters that go on where a new epoch of the metrics begins: what the epochs that are over
 * counted, and this one. For monitoring systems, which take a counter that falls for a restart or a
 * negative rate. Thread-safe.
 *
 * <p>An epoch that {@link #endEpoch} ends is known but for what other threads count in the moment
 * between the last look at it and its end. Of one that native code ends, by {@code
 * engram_reset_arena_metrics}, what was counted since it was last read here is lost.
 */
public final class LifetimeCounts {
  /** Those of the loaded native library. */
  public static final LifetimeCounts PROCESS = new LifetimeCounts();

  // The number of the epoch that goes on, what it had counted when it was last read, and what all
  // epochs before it had.
  private long epoch;
  private Counts current = new Counts(0, 0, 0, 0);
  private Counts ended = current;

  /** None is known. */
  public LifetimeCounts() {}

  /**
   * The counters, each as in {@link ArenaStats}, but of all epochs.
   *
   * @param totalResets arenas emptied that held something
   * @param overflowErrors allocations that did not fit and failed
   * @param overflowFallbacks allocations that did not fit and were served from the system
   * @param fallbackBytes bytes asked for by those that were served from the system
   */
  public record Counts(
      long totalResets, long overflowErrors, long overflowFallbacks, long fallbackBytes) {
    private Counts(ArenaStats stats) {
      this(
          stats.totalResets(),
          stats.overflowErrors(),
          stats.overflowFallbacks(),
          stats.fallbackBytes());
    }

    private Counts plus(Counts other) {
      return new Counts(
          totalResets + other.totalResets,
          overflowErrors + other.overflowErrors,
          overflowFallbacks + other.overflowFallbacks,
          fallbackBytes + other.fallbackBytes);
    }
  }

  /**
   * What all epochs have counted.
   *
   * @param stats takes a snapshot, under a lock: one that is older than another that was counted
   *     here already would let counters fall
   * @return never less than in an earlier call
   */
  public synchronized Counts read(Supplier<ArenaStats> stats) {
    ArenaStats now = stats.get();
    if (now.epoch() != epoch) {
      ended = ended.plus(current);
      epoch = now.epoch();
    }
    current = new Counts(now);
    return ended.plus(current);
  }

  /**
   * Ends an epoch once its counters have been read.
   *
   * @param stats takes a snapshot
   * @param end starts the next epoch
   */
  public synchronized void endEpoch(Supplier<ArenaStats> stats, Runnable end) {
    read(stats);
    end.run();
  }
}
