package dev.engram.arena.concurrency.races;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A pattern in a segment, of which no word may change. */
final class Bytes {
  private Bytes() {}

  /** Writes the pattern into a segment whose size is a multiple of 8. */
  static void fill(MemorySegment segment, long pattern) {
    for (long i = 0; i < segment.byteSize(); i += Long.BYTES) {
      segment.set(ValueLayout.JAVA_LONG, i, pattern + i);
    }
  }

  /** Whether the segment holds the pattern and nothing else. */
  static boolean hold(MemorySegment segment, long pattern) {
    for (long i = 0; i < segment.byteSize(); i += Long.BYTES) {
      if (segment.get(ValueLayout.JAVA_LONG, i) != pattern + i) {
        return false;
      }
    }
    return true;
  }
}
