package dev.engram.arena.management;

/** Whether a share that is looked at now and then has reached a bound, and how often. */
final class UsageThreshold {
  private int percent;
  private boolean exceeded;
  private long count;

  synchronized int percent() {
    return percent;
  }

  synchronized void set(int newPercent) {
    if (newPercent < 0 || newPercent > 100) {
      throw new IllegalArgumentException(
          "UsageThresholdPercent is %d; allowed is 1 to 100, or 0 for none".formatted(newPercent));
    }
    percent = newPercent;
    exceeded = false;
  }

  /**
   * Looks at the share.
   *
   * @return whether it has become too high, which it was not before
   */
  synchronized boolean check(int usagePercent) {
    boolean before = exceeded;
    exceeded = percent != 0 && usagePercent >= percent;
    if (!exceeded || before) {
      return false;
    }
    count++;
    return true;
  }

  synchronized boolean isExceeded() {
    return exceeded;
  }

  synchronized long count() {
    return count;
  }
}
