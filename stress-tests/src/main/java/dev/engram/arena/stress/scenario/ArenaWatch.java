package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.time.Duration;
import java.util.Locale;

/** The arenas' figures from the beginning of a run on. */
final class ArenaWatch {
  /**
   * A thread's arena is given back a little after the thread can be joined; a loaded machine takes
   * its time.
   */
  private static final Duration THREAD_EXIT_TIMEOUT = Duration.ofSeconds(10);

  private static final long POLL_INTERVAL_MILLIS = 2;

  private final ArenaStats before;

  private ArenaWatch(ArenaStats before) {
    this.before = before;
  }

  /** Begins a new metrics epoch. */
  static ArenaWatch start() {
    ArenaControl.resetMetrics();
    return new ArenaWatch(ArenaControl.stats());
  }

  /** The figures at the start. */
  ArenaStats before() {
    return before;
  }

  /** Counters since the start, gauges as they are now. */
  ArenaStats sinceStart() {
    return ArenaControl.stats().since(before);
  }

  /** Waits for the arenas of threads that have ended. */
  Invariant threadsLeaveNothingBehind() throws InterruptedException {
    return threadsLeaveNothingBehind(THREAD_EXIT_TIMEOUT);
  }

  Invariant threadsLeaveNothingBehind(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    ArenaStats now = ArenaControl.stats();
    while (!isBackToBefore(now) && System.nanoTime() < deadline) {
      Thread.sleep(POLL_INTERVAL_MILLIS);
      now = ArenaControl.stats();
    }
    return new Invariant(
        "threads that end leave no arena behind",
        isBackToBefore(now),
        String.format(
            Locale.ROOT,
            "%d arenas and %,d bytes reserved, before the run %d and %,d",
            now.liveArenas(),
            now.reservedBytes(),
            before.liveArenas(),
            before.reservedBytes()));
  }

  private boolean isBackToBefore(ArenaStats now) {
    return now.liveArenas() <= before.liveArenas() && now.reservedBytes() <= before.reservedBytes();
  }

  /** Judges the figures after the end of all threads. */
  static Invariant nothingIsInUse(ArenaStats after) {
    return new Invariant(
        "nothing is in use at the end",
        after.usedBytes() == 0 && after.heldFallbackBytes() == 0 && after.totalAbandoned() == 0,
        String.format(
            Locale.ROOT,
            "%,d bytes in arenas, %,d bytes in fallback chunks, %,d scopes left open",
            after.usedBytes(),
            after.heldFallbackBytes(),
            after.totalAbandoned()));
  }
}
