package dev.engram.arena.stress;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Divides a time between runs, of which each takes longer than it is told: its JVM starts, data are
 * prepared, threads end. What the runs before took beyond their time is what the next is expected
 * to, and what is left is divided anew each time.
 */
final class TimeBudget {
  private static final Duration FIRST_GUESS = Duration.ofMillis(1500);

  /** A scenario needs some time to show anything; soak refuses less. */
  private static final Duration SHARE_MIN = Duration.ofSeconds(1);

  private final LongSupplier nanoClock;
  private final long beganNanos;
  private final long budgetNanos;
  private long weightLeft;
  private long shareNanos;
  private long shareBeganNanos;
  private long extraNanos = FIRST_GUESS.toNanos();
  private int over;

  /**
   * Begins now.
   *
   * @param weights sum of those of all runs
   */
  TimeBudget(Duration budget, long weights, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.beganNanos = nanoClock.getAsLong();
    this.budgetNanos = budget.toNanos();
    this.weightLeft = weights;
  }

  /** The least that so many runs can be given. */
  static Duration least(int runs) {
    return SHARE_MIN.plus(FIRST_GUESS).multipliedBy(runs);
  }

  /** A run begins; returns what it is to be told. */
  Duration begin(long weight) {
    shareBeganNanos = nanoClock.getAsLong();
    shareNanos = Math.max(SHARE_MIN.toNanos(), leftNanos() / weightLeft * weight - extraNanos);
    weightLeft -= weight;
    return Duration.ofNanos(shareNanos);
  }

  /** It has ended. */
  void end() {
    long extra = Math.max(0, nanoClock.getAsLong() - shareBeganNanos - shareNanos);
    extraNanos = (extraNanos * over + extra) / (over + 1);
    over++;
  }

  private long leftNanos() {
    return Math.max(0, budgetNanos - (nanoClock.getAsLong() - beganNanos));
  }

  /** Until the time is up. */
  Duration left() {
    return Duration.ofNanos(leftNanos());
  }

  /** Since the beginning. */
  Duration elapsed() {
    return Duration.ofNanos(nanoClock.getAsLong() - beganNanos);
  }
}
