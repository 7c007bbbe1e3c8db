package dev.engram.arena.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A warning of something that may happen often: logged the first time, and then at most once in ten
 * seconds, with the number of times. Thread-safe.
 */
public final class RateLimitedWarning {
  /** How long nothing is logged after a message. */
  public static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Supplier<System.Logger> logger;
  private final LongSupplier nanoClock;
  private final AtomicLong nextWarningNanos;
  private final AtomicLong unreportedCount = new AtomicLong();

  /**
   * Makes one that has warned of nothing yet.
   *
   * @param logger asked for a logger when there is something to say
   * @param nanoClock as {@link System#nanoTime}
   */
  public RateLimitedWarning(Supplier<System.Logger> logger, LongSupplier nanoClock) {
    this.logger = logger;
    this.nanoClock = nanoClock;
    nextWarningNanos = new AtomicLong(nanoClock.getAsLong());
  }

  /**
   * In the log of the process. The logger is found when there is something to say: looking one up
   * initialises the application's logging.
   *
   * @return a warning that has not happened yet
   */
  public static RateLimitedWarning ofProcess() {
    return new RateLimitedWarning(() -> System.getLogger("dev.engram.arena"), System::nanoTime);
  }

  /**
   * {@link #happened(long, LongFunction, Throwable)} once, with nothing to blame.
   *
   * @param message makes the message of the number of times since the last warning
   */
  public void happened(LongFunction<String> message) {
    happened(1, message, null);
  }

  /**
   * Counts, and warns if it is time.
   *
   * @param times how often it happened
   * @param message makes the message of the number of times since the last warning; one of {@link
   *     LogMessage}
   * @param thrown what is to blame, if anything
   */
  public void happened(long times, LongFunction<String> message, @Nullable Throwable thrown) {
    unreportedCount.addAndGet(times);
    long now = nanoClock.getAsLong();
    long next = nextWarningNanos.get();
    // Differences, not values: the clock may wrap. Of several threads that find it due one wins,
    // which warns.
    if (now - next < 0 || !nextWarningNanos.compareAndSet(next, now + INTERVAL.toNanos())) {
      return;
    }
    long count = unreportedCount.getAndSet(0);
    logger.get().log(System.Logger.Level.WARNING, () -> message.apply(count), thrown);
  }
}
