package dev.engram.arena.kernels;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.HugePages;
import dev.engram.arena.ffi.ZeroedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Memory of what lives long, given back once nobody holds it any more.
 *
 * <p>An automatic arena clears what it allocates, in one loop that may let no safepoint in: 170
 * milliseconds for 400 MiB under some collectors. So large sizes come from the C library, which
 * gets them zeroed from the system. The arena frees them all the same. What is read from end to
 * end, or here and there, gains by huge pages; the library's setting for arenas decides on them.
 */
final class LastingMemory {
  /** Of a cache line, of the widest vector register, and what a graph's layout needs. */
  static final long ALIGNMENT_BYTES = 64;

  /** From the alignment of {@code calloc} to the one above. */
  private static final long GAP_BYTES_MAX = ALIGNMENT_BYTES - 16;

  /** Up to this size an arena clears as fast as a piece is copied. */
  private static final long ARENA_BYTES_MAX = HeapCopies.PIECE_BYTES_MAX;

  /** From this size on, what an end holds of a huge page without using it is little. */
  private static final long ADVISED_BYTES_MIN = 4 << 20;

  private static final MemoryBudget BUDGET = new MemoryBudget(MemoryBudget.directMemoryMax());

  private LastingMemory() {}

  /**
   * Allocates zeroed memory on a boundary of 64 bytes.
   *
   * @param arena an automatic one, which frees it
   * @throws OutOfMemoryError if there is not as much
   */
  static MemorySegment allocate(Arena arena, long byteSize) {
    LoadedLibrary.require();
    return byteSize <= ARENA_BYTES_MAX
        ? arena.allocate(byteSize, ALIGNMENT_BYTES)
        : allocate(arena, byteSize, BUDGET);
  }

  /** What large sizes hold together. */
  static long heldBytes() {
    return BUDGET.heldBytes();
  }

  static MemorySegment allocate(Arena arena, long byteSize, MemoryBudget budget) {
    if (byteSize > Long.MAX_VALUE - GAP_BYTES_MAX) {
      throw MemoryBudget.exceeded(byteSize, "more than addresses reach");
    }
    Block block = new Block(byteSize + GAP_BYTES_MAX, budget);
    budget.reserve(block.byteSize);
    boolean isArenas = false;
    try {
      MemorySegment memory = block.allocate(arena);
      MemorySegment aligned = memory.asSlice(-memory.address() & (ALIGNMENT_BYTES - 1), byteSize);
      isArenas = true;
      return aligned;
    } finally {
      if (!isArenas) {
        block.free();
      }
    }
  }

  /** What is freed once, by the arena that has it or by who could not give it to one. */
  private static final class Block implements Consumer<MemorySegment> {
    private final long byteSize;
    private final MemoryBudget budget;
    private long address;
    private boolean isFreed;

    Block(long byteSize, MemoryBudget budget) {
      this.byteSize = byteSize;
      this.budget = budget;
    }

    @SuppressWarnings("restricted") // The only way to make a segment of an address.
    synchronized MemorySegment allocate(Arena arena) {
      address = ZeroedMemory.allocate(byteSize);
      if (address == 0) {
        throw MemoryBudget.exceeded(byteSize, "the system has not as much");
      }
      if (byteSize >= ADVISED_BYTES_MIN) {
        ZeroedMemory.advise(address, byteSize, ArenaControl.config().hugePages() != HugePages.OFF);
      }
      return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, this);
    }

    @Override
    public void accept(MemorySegment ignored) {
      free();
    }

    synchronized void free() {
      if (isFreed) {
        return;
      }
      isFreed = true;
      if (address != 0) {
        ZeroedMemory.free(address);
      }
      budget.release(byteSize);
    }
  }
}
