package dev.engram.arena;

/** Warns that allocations overflow and are served from the system. */
final class OverflowWarning {
  static final OverflowWarning PROCESS = new OverflowWarning(RateLimitedWarning.ofProcess());

  private final RateLimitedWarning warning;

  OverflowWarning(RateLimitedWarning warning) {
    this.warning = warning;
  }

  /** Counts an allocation that was served from the system, and warns if it is time. */
  void servedFromSystem(long requestedBytes, long availableBytes, long capacityBytes) {
    warning.happened(count ->
        ("Allocations that did not fit their arenas and were served from the system: %d."
                + " The latest asked for %d bytes of an arena of %d bytes, of which %d"
                + " were left. %s avoids it")
            .formatted(
                count, requestedBytes, capacityBytes, availableBytes, remedy(capacityBytes)));
  }

  /** An arena without a region has none for want of memory, not of capacity. */
  private static String remedy(long capacityBytes) {
    return capacityBytes == 0
        ? "A higher bound on all memory (%s) or a smaller pool (%s)"
            .formatted(Setting.MAX_TOTAL.names(), Setting.POOL_SIZE.names())
        : "A larger pool (%s)".formatted(Setting.POOL_SIZE.names());
  }
}
