package dev.engram.arena;

/**
 * The counters of one arena's header, and where they stood when its owner began. For that owner,
 * who is the only one to write them while a mark is open. There are no copies of them here: those
 * would have to be stored, too, and stores are what a scope has most of.
 */
abstract class ArenaCounters {
  /** Off for one purpose, to measure what counting costs: then the totals are wrong. */
  private static final boolean ON =
      !System.getProperty("engram.arena.metrics_for_measurement", "on").equals("off");

  private long epoch;
  private long overflowCountAtStart;
  private long resetCountAtStart;

  /** For {@link #stats}: notices a new epoch. */
  final void refreshEpoch(long header) {
    if (ArenaHeader.epoch(header) != epoch) {
      startCounting(header);
    }
  }

  /** Begins anew what is counted for one owner. */
  final void startCounting(long header) {
    long overflowCount = ArenaHeader.overflowCount(header);
    long resetCount = ArenaHeader.resetCount(header);
    long newEpoch = ArenaHeader.epoch(header);
    // All of it or nothing, should the stack overflow: no calls from here on.
    overflowCountAtStart = overflowCount;
    resetCountAtStart = resetCount;
    epoch = newEpoch;
  }

  /** Counts a scope that has been opened. */
  static void addScope(long header) {
    if (ON) {
      ArenaHeader.setScopeCount(header, ArenaHeader.scopeCount(header) + 1);
    }
  }

  /**
   * Counts as {@code engram_arena_rewind} documents.
   *
   * @param end the offset from which is rewound
   * @param offset the offset to which is rewound
   * @param outermost whether no mark is open any more
   */
  static void addRewind(long header, long end, long offset, boolean outermost) {
    if (!ON) {
      return;
    }
    if (end > ArenaHeader.highWaterMarkBytes(header)) {
      ArenaHeader.setHighWaterMarkBytes(header, end);
    }
    boolean used = end != offset;
    if (used) {
      ArenaHeader.setAllocatedBytes(header, ArenaHeader.allocatedBytes(header) + (end - offset));
    }
    if (!outermost) {
      if (used) {
        ArenaHeader.setUsedSinceReset(header, true);
      }
      return;
    }
    boolean usedBefore = ArenaHeader.isUsedSinceReset(header);
    if (usedBefore) {
      ArenaHeader.setUsedSinceReset(header, false);
    }
    if (used || usedBefore) {
      ArenaHeader.setResetCount(header, ArenaHeader.resetCount(header) + 1);
    }
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
