package dev.engram.arena.concurrency.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory in use, all of whose bytes are the same. */
record LiveSegment(MemorySegment segment, byte value) {
  static LiveSegment filled(MemorySegment segment, byte value) {
    segment.fill(value);
    return new LiveSegment(segment, value);
  }

  boolean isIntact() {
    return holds(segment, value);
  }

  static boolean holds(MemorySegment segment, byte value) {
    long size = segment.byteSize();
    return size == 0
        || (segment.get(ValueLayout.JAVA_BYTE, 0) == value
            // Each byte is as the one before it.
            && segment.asSlice(1).mismatch(segment.asSlice(0, size - 1)) == -1);
  }

  void spoil() {
    segment.set(ValueLayout.JAVA_BYTE, segment.byteSize() - 1, (byte) ~value);
  }
}
