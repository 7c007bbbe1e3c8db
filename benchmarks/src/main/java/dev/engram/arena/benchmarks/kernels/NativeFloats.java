package dev.engram.arena.benchmarks.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Arrays copied to native memory on 64-byte boundaries, which lasts while it is reachable. */
final class NativeFloats {
  private static final long ALIGNMENT_BYTES = 64;

  private NativeFloats() {}

  static MemorySegment allocate(long count) {
    return Arena.ofAuto().allocate(count * Float.BYTES, ALIGNMENT_BYTES);
  }

  static MemorySegment copyOf(float[]... rows) {
    int length = rows[0].length;
    MemorySegment segment = allocate((long) rows.length * length);
    for (int row = 0; row < rows.length; row++) {
      MemorySegment.copy(
          rows[row], 0, segment, ValueLayout.JAVA_FLOAT, (long) row * length * Float.BYTES, length);
    }
    return segment;
  }

  static MemorySegment copyOf(long[] elements) {
    MemorySegment segment =
        Arena.ofAuto().allocate((long) elements.length * Long.BYTES, ALIGNMENT_BYTES);
    MemorySegment.copy(elements, 0, segment, ValueLayout.JAVA_LONG, 0, elements.length);
    return segment;
  }

  static float[] toArray(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }
}
