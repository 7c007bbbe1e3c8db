package dev.engram.arena.stress.scenario;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A segment with a pattern that no other one has, down to each of its longs. */
final class PatternedSegment {
  /** Odd, so that multiples of it are all different. */
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private final MemorySegment segment;
  private final long seed;

  private PatternedSegment(MemorySegment segment, long seed) {
    this.segment = segment;
    this.seed = seed;
  }

  /** Fills a segment of whole longs. */
  static PatternedSegment fill(MemorySegment segment, long seed) {
    PatternedSegment patterned = new PatternedSegment(segment, seed);
    for (long i = 0; i < patterned.longs(); i++) {
      segment.setAtIndex(ValueLayout.JAVA_LONG, i, patterned.expected(i));
    }
    return patterned;
  }

  /** Looks for a byte that is not zero in a segment of whole longs, as the library hands it out. */
  static void requireZero(MemorySegment segment, WorkTally tally) {
    for (long i = 0; i < segment.byteSize() / Long.BYTES; i++) {
      long found = segment.getAtIndex(ValueLayout.JAVA_LONG, i);
      if (found != 0) {
        tally.wrongSegment(
            "long %d of %d bytes is %016x instead of zero".formatted(i, segment.byteSize(), found));
        return;
      }
    }
  }

  MemorySegment segment() {
    return segment;
  }

  /** Looks at every byte. */
  void check(WorkTally tally) {
    tally.bytesChecked += segment.byteSize();
    for (long i = 0; i < longs(); i++) {
      long found = segment.getAtIndex(ValueLayout.JAVA_LONG, i);
      if (found != expected(i)) {
        tally.wrongSegment(
            "long %d of %d bytes is %016x instead of %016x"
                .formatted(i, segment.byteSize(), found, expected(i)));
        return;
      }
    }
  }

  private long longs() {
    return segment.byteSize() / Long.BYTES;
  }

  private long expected(long index) {
    return seed + (index + 1) * STEP;
  }
}
