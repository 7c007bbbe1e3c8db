package dev.engram.arena;

import dev.engram.arena.internal.LogMessage;
import dev.engram.arena.internal.RateLimitedWarning;

/** Warns that allocations overflow and are served from the system. */
final class OverflowWarning {
  static final OverflowWarning PROCESS = new OverflowWarning(RateLimitedWarning.ofProcess());

  private final RateLimitedWarning warning;

  OverflowWarning(RateLimitedWarning warning) {
    this.warning = warning;
  }

  /** Counts allocations that were served from the system, and warns if it is time. */
  void servedFromSystem(ArenaOverflow overflow) {
    warning.happened(overflow.allocations(), count -> message(count, overflow), null);
  }

  /** An arena without a region has none for want of memory, not of capacity. */
  private static String message(long count, ArenaOverflow overflow) {
    return overflow.capacityBytes() == 0
        ? LogMessage.SERVED_WITHOUT_REGION.text(
            count, overflow.requestedBytes(), Setting.MAX_TOTAL.names(), Setting.POOL_SIZE.names())
        : LogMessage.SERVED_FROM_SYSTEM.text(
            count,
            overflow.requestedBytes(),
            overflow.capacityBytes(),
            overflow.availableBytes(),
            Setting.POOL_SIZE.names());
  }
}
