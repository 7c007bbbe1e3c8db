package dev.engram.arena.benchmarks.alloc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * The least that a thread-local bump allocator can be, as one writes it by hand: slices of a
 * segment that lives for ever. It checks neither thread nor lifetime, counts nothing, and no native
 * code can allocate from it.
 */
final class ThreadBump implements SegmentAllocator {
  private static final long CAPACITY_BYTES = 1 << 20;
  private static final ThreadLocal<ThreadBump> CURRENT = ThreadLocal.withInitial(ThreadBump::new);

  private final MemorySegment memory =
      Arena.global().allocate(CAPACITY_BYTES, Scratch.ALIGNMENT_BYTES);
  private long offset;

  private ThreadBump() {}

  static ThreadBump ofThread() {
    return CURRENT.get();
  }

  /** What to go back to, to give back all that is allocated from now on. */
  long mark() {
    return offset;
  }

  void rewind(long mark) {
    offset = mark;
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    long start = (offset + byteAlignment - 1) & -byteAlignment;
    MemorySegment segment = memory.asSlice(start, byteSize);
    offset = start + byteSize;
    return segment;
  }
}
