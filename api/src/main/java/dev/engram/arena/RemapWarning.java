package dev.engram.arena;

import dev.engram.arena.internal.LogMessage;
import dev.engram.arena.internal.RateLimitedWarning;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Warns of arenas that kept the region they had, since there was none for new settings. The native
 * library counts them, and logs nothing. Thread-safe.
 */
final class RemapWarning {
  static final RemapWarning PROCESS =
      new RemapWarning(RateLimitedWarning.ofProcess(), Duration.ofSeconds(1));

  private final RateLimitedWarning warning;

  /** Between two checks that {@link #checkSoon} leads to. */
  private final long pauseNanos;

  /** Whether a check is to come that has not begun. */
  private final AtomicBoolean due = new AtomicBoolean();

  /** When the next one may. */
  private final AtomicLong nextCheckNanos = new AtomicLong(System.nanoTime());

  // How many it has been told of, and in which epoch of the metrics.
  private long total;
  private long epoch;

  RemapWarning(RateLimitedWarning warning, Duration pause) {
    this.warning = warning;
    pauseNanos = pause.toNanos();
  }

  /**
   * Warns if there are failures that were not warned of yet. Sums up the counters of all arenas, so
   * it is not for a hot path.
   */
  static void check() {
    PROCESS.check(NativeStats.readFailedRemaps());
  }

  /**
   * Has a thread of its own run a check, at once or, after another one, when some time has passed.
   * A call while one is still to come costs next to nothing. For an owner that has served requests,
   * still has its old region and is about to open a scope: a logger may open scopes too, which must
   * not come in between.
   */
  void checkSoon(Runnable check) {
    if (due.getOpaque() || !due.compareAndSet(false, true)) {
      return;
    }
    boolean started = false;
    try {
      Thread.ofVirtual().name("engram-arena-remap-warning").start(() -> checkWhenDue(check));
      started = true;
    } finally {
      if (!started) {
        due.set(false);
      }
    }
  }

  private void checkWhenDue(Runnable check) {
    long next = nextCheckNanos.get();
    // Parking may end early, which does no harm but to the pause.
    LockSupport.parkNanos(next - System.nanoTime());
    nextCheckNanos.set(System.nanoTime() + pauseNanos);
    // Before the check: what happens during it is for the next one.
    due.set(false);
    check.run();
  }

  /** How many failures of this epoch it has been told of. */
  synchronized long total() {
    return total;
  }

  void check(NativeStats.FailedRemaps failed) {
    long news = news(failed);
    if (news > 0) {
      warning.happened(news, count -> message(count, failed.systemError()), null);
    }
  }

  private synchronized long news(NativeStats.FailedRemaps failed) {
    if (failed.epoch() < epoch) {
      return 0; // Another thread has read a later state.
    }
    long known = failed.epoch() == epoch ? total : 0;
    epoch = failed.epoch();
    total = Math.max(known, failed.total());
    return total - known;
  }

  private static String message(long count, int systemError) {
    return systemError == 0
        ? LogMessage.REGION_KEPT_AT_BOUND.text(
            count, Setting.MAX_TOTAL.names(), Setting.POOL_SIZE.names())
        : LogMessage.REGION_KEPT_BY_SYSTEM.text(
            count, SystemError.ofMapping(systemError), Setting.POOL_SIZE.names());
  }
}
