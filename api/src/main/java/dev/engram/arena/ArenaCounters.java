package dev.engram.arena;

/**
 * The counters of one arena's header, and copies of them. For the arena's owner, who is the only
 * one to write them while a mark is open. A base class and no field of {@link NativeArena}: one
 * more step to find them would cost every scope a nanosecond.
 */
abstract class ArenaCounters {
  /** Off for one purpose, to measure what counting costs: then the totals are wrong. */
  private static final boolean ON =
      !System.getProperty("engram.arena.metrics_for_measurement", "on").equals("off");

  private long highWaterMark;
  private long scopeCount;
  private long resetCount;
  private long allocatedBytes;
  private long overflowCount;
  private boolean usedSinceReset;
  private long epoch;

  private long overflowCountAtStart;
  private long resetCountAtStart;

  /** Copies what native code may have changed. */
  final void refreshCounters(long header) {
    highWaterMark = ArenaHeader.highWaterMarkBytes(header);
    scopeCount = ArenaHeader.scopeCount(header);
    resetCount = ArenaHeader.resetCount(header);
    allocatedBytes = ArenaHeader.allocatedBytes(header);
    overflowCount = ArenaHeader.overflowCount(header);
    usedSinceReset = ArenaHeader.isUsedSinceReset(header);
    if (ArenaHeader.epoch(header) != epoch) {
      epoch = ArenaHeader.epoch(header);
      startCounting();
    }
  }

  /** Begins anew what is counted for one owner. */
  final void startCounting() {
    overflowCountAtStart = overflowCount;
    resetCountAtStart = resetCount;
  }

  final long scopeCount() {
    return scopeCount;
  }

  final void addScope(long header) {
    scopeCount++;
    if (ON) {
      ArenaHeader.setScopeCount(header, scopeCount);
    }
  }

  /** Takes a scope out of the copies that native code has counted and {@link #addScope} will. */
  final void uncountScope() {
    scopeCount--;
  }

  /**
   * Counts as {@code engram_arena_rewind} documents.
   *
   * @param end the offset from which is rewound
   * @param offset the offset to which is rewound
   * @param outermost whether no mark is open any more
   */
  final void addRewind(long header, long end, long offset, boolean outermost) {
    if (!ON) {
      return;
    }
    if (end > highWaterMark) {
      highWaterMark = end;
      ArenaHeader.setHighWaterMarkBytes(header, end);
    }
    boolean used = end != offset;
    if (used) {
      allocatedBytes += end - offset;
      ArenaHeader.setAllocatedBytes(header, allocatedBytes);
    }
    if (!outermost) {
      if (used) {
        usedSinceReset = true;
        ArenaHeader.setUsedSinceReset(header, true);
      }
    } else if (used || usedSinceReset) {
      addReset(header);
    }
  }

  private void addReset(long header) {
    if (usedSinceReset) {
      usedSinceReset = false;
      ArenaHeader.setUsedSinceReset(header, false);
    }
    resetCount++;
    ArenaHeader.setResetCount(header, resetCount);
  }

  final ThreadArenaStats stats(long header) {
    long used = ArenaHeader.offsetBytes(header);
    return new ThreadArenaStats(
        ArenaHeader.capacityBytes(header),
        used,
        Math.max(used, ArenaHeader.highWaterMarkBytes(header)),
        ArenaHeader.overflowCount(header) - overflowCountAtStart,
        ArenaHeader.resetCount(header) - resetCountAtStart);
  }
}
