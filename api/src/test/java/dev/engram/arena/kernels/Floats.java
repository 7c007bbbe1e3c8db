package dev.engram.arena.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** Floats as tests compare and lay them. */
final class Floats {
  private Floats() {}

  /** Told apart by these are also zeros of different sign, and values that are not a number. */
  static int[] bits(float[] floats) {
    return IntStream.range(0, floats.length).map(i -> Float.floatToRawIntBits(floats[i])).toArray();
  }

  /** A native copy that starts {@code shift} bytes behind a boundary of 64 bytes. */
  static MemorySegment copyOf(float[] floats, int shift, Arena arena) {
    return arena
        .allocate((long) floats.length * Float.BYTES + shift, 64)
        .asSlice(shift)
        .copyFrom(MemorySegment.ofArray(floats));
  }
}
