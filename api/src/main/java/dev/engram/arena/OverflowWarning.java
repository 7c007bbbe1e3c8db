package dev.engram.arena;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Warns that allocations overflow and are served from the system: of the first, and then at most
 * once in ten seconds.
 */
final class OverflowWarning {
  /**
   * Found when there is something to say: looking up a logger initialises the application's
   * logging.
   */
  static final OverflowWarning PROCESS =
      new OverflowWarning(() -> System.getLogger("dev.engram.arena"), System::nanoTime);

  static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Supplier<System.Logger> logger;
  private final LongSupplier nanoClock;
  private final AtomicLong nextWarningNanos;
  private final AtomicLong unreportedCount = new AtomicLong();

  OverflowWarning(Supplier<System.Logger> logger, LongSupplier nanoClock) {
    this.logger = logger;
    this.nanoClock = nanoClock;
    nextWarningNanos = new AtomicLong(nanoClock.getAsLong());
  }

  /** Counts an allocation that was served from the system, and warns if it is time. */
  void servedFromSystem(long requestedBytes, long availableBytes, long capacityBytes) {
    unreportedCount.incrementAndGet();
    long now = nanoClock.getAsLong();
    long next = nextWarningNanos.get();
    // Differences, not values: the clock may wrap. Of several threads that find it due one wins,
    // which warns.
    if (now - next < 0 || !nextWarningNanos.compareAndSet(next, now + INTERVAL.toNanos())) {
      return;
    }
    long count = unreportedCount.getAndSet(0);
    logger
        .get()
        .log(
            System.Logger.Level.WARNING,
            () ->
                ("Allocations that did not fit their arenas and were served from the system: %d."
                        + " The latest asked for %d bytes of an arena of %d bytes, of which %d"
                        + " were left. A larger pool (%s) avoids it")
                    .formatted(
                        count,
                        requestedBytes,
                        capacityBytes,
                        availableBytes,
                        Setting.POOL_SIZE.names()));
  }
}
