package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The arenas' figures from the beginning of a run on. */
final class ArenaWatch {
  /**
   * A thread's arena is given back a little after the thread can be joined; a loaded machine takes
   * its time.
   */
  static final Duration THREAD_EXIT_TIMEOUT = Duration.ofSeconds(10);

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
    return threadsLeaveAtMost(0, 0, timeout);
  }

  /**
   * Waits for the arenas of threads that have ended.
   *
   * @param idleLeases how many arenas may stay for virtual threads to come
   * @param poolSizeBytes capacity of each of those
   */
  Invariant threadsLeaveAtMost(long idleLeases, long poolSizeBytes) throws InterruptedException {
    return threadsLeaveAtMost(idleLeases, poolSizeBytes, THREAD_EXIT_TIMEOUT);
  }

  private Invariant threadsLeaveAtMost(long idleLeases, long poolSizeBytes, Duration timeout)
      throws InterruptedException {
    long began = System.nanoTime();
    long deadline = began + timeout.toNanos();
    ArenaStats now = ArenaControl.stats();
    while (!isBack(now, idleLeases, poolSizeBytes) && System.nanoTime() < deadline) {
      Thread.sleep(POLL_INTERVAL_MILLIS);
      now = ArenaControl.stats();
    }
    return new Invariant(
        idleLeases == 0
            ? "threads that end leave no arena behind"
            : "threads that end leave no arena behind but idle leases",
        isBack(now, idleLeases, poolSizeBytes),
        String.format(
            Locale.ROOT,
            "%d arenas and %,d bytes reserved %d ms after the last exit, before the run %d and %,d",
            now.liveArenas(),
            now.reservedBytes(),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
            before.liveArenas(),
            before.reservedBytes()));
  }

  /** What a lease has too many bytes for was not idle when the settings were changed. */
  private boolean isBack(ArenaStats now, long idleLeases, long poolSizeBytes) {
    long more = Math.max(0, now.liveArenas() - before.liveArenas());
    return more <= idleLeases
        && now.reservedBytes() <= before.reservedBytes() + more * poolSizeBytes;
  }

  /** Judges the figures after the end of all threads, each of which closed its scopes. */
  static Invariant nothingIsInUse(ArenaStats after) {
    return nothingIsInUse(after, 0);
  }

  /** Judges the figures after the end of all threads, which left that many scopes open. */
  static Invariant nothingIsInUse(ArenaStats after, long abandoned) {
    return new Invariant(
        "nothing is in use at the end",
        after.usedBytes() == 0
            && after.heldFallbackBytes() == 0
            && after.quarantinedBytes() == 0
            && after.totalAbandoned() == abandoned,
        String.format(
            Locale.ROOT,
            "%,d bytes in arenas, %,d bytes in fallback chunks, %,d bytes in quarantine, %,d scopes"
                + " left open",
            after.usedBytes(),
            after.heldFallbackBytes(),
            after.quarantinedBytes(),
            after.totalAbandoned()));
  }
}
