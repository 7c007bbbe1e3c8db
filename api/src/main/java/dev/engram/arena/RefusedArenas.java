package dev.engram.arena;

import java.lang.foreign.MemorySegment;

/**
 * Counts the requests for an arena that were refused to whoever made them. The native library
 * counts attempts, also one that is made again, and then served, after the leases of ended threads
 * were taken back. Thread-safe.
 */
final class RefusedArenas {
  static final RefusedArenas PROCESS = new RefusedArenas();

  // Of the metrics, and how many were refused in it.
  private long epoch;
  private long total;

  /** Counts a request, and says why it is refused. */
  ArenaOverflowException refuse(MemorySegment failure) {
    count(NativeStats.readEpoch());
    return NativeFailure.region(failure);
  }

  /** Counts a request in an epoch. If a later one has begun meanwhile it is in nobody's totals. */
  synchronized void count(long inEpoch) {
    enter(inEpoch);
    if (inEpoch == epoch) {
      total++;
    }
  }

  /** How many were refused in an epoch, or -1 if it is over. */
  synchronized long total(long ofEpoch) {
    enter(ofEpoch);
    return ofEpoch == epoch ? total : -1;
  }

  private void enter(long newEpoch) {
    if (newEpoch > epoch) {
      epoch = newEpoch;
      total = 0;
    }
  }
}
