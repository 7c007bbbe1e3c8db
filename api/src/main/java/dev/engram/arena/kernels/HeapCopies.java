package dev.engram.arena.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Copies between the heap and native memory, in pieces: a thread that copies holds up safepoints.
 */
final class HeapCopies {
  /** 128 KiB: at the 6 GB/s of memory that no cache has, 20 microseconds. */
  static final long PIECE_BYTES_MAX = 128 << 10;

  private HeapCopies() {}

  /** Rows between two safepoints. */
  static int rowsOfPiece(int dimensions) {
    return (int) Math.max(1, PIECE_BYTES_MAX / ((long) dimensions * Float.BYTES));
  }

  /** Copies {@code length} elements of an array. */
  static void copy(float[] source, int from, int length, MemorySegment target, long offset) {
    copy(
        MemorySegment.ofArray(source),
        (long) from * Float.BYTES,
        target,
        offset,
        (long) length * Float.BYTES);
  }

  /**
   * Copies bytes.
   *
   * @throws IndexOutOfBoundsException if they are not inside the segments
   * @throws IllegalStateException if a segment is closed
   * @throws WrongThreadException if a segment is confined to another thread
   */
  static void copy(
      MemorySegment source, long sourceOffset, MemorySegment target, long offset, long bytes) {
    if (bytes <= PIECE_BYTES_MAX) {
      MemorySegment.copy(source, sourceOffset, target, offset, bytes);
      return;
    }
    long done = 0;
    // The compiler cannot foresee the number of turns, so it lets a safepoint in at each.
    while (done < bytes) {
      long piece = Math.min(PIECE_BYTES_MAX, bytes - done);
      MemorySegment.copy(source, sourceOffset + done, target, offset + done, piece);
      done += piece;
    }
  }
}
