package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_failure;
import dev.engram.arena.ffi.engram_mark;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The native calls on one arena, for its owner, and room for what they write. */
final class ArenaCalls {
  private final MemorySegment header;

  // As lasting as the header, so never freed.
  private final MemorySegment addressOut = Arena.global().allocate(ValueLayout.ADDRESS);
  private final MemorySegment failure = engram_failure.allocate(Arena.global());
  private final MemorySegment mark = engram_mark.allocate(Arena.global());

  private final KernelOverflows kernel;

  ArenaCalls(long headerAddress) {
    header = NativeMemory.ALL.asSlice(headerAddress, engram_arena.layout());
    kernel = new KernelOverflows(header, failure);
  }

  MemorySegment header() {
    return header;
  }

  /** Where a kernel that is about to be called writes why it fails. */
  MemorySegment failureOfKernel() {
    kernel.calling();
    return failure;
  }

  /** Tells of a kernel's overflows once it has returned, and throws if it had no memory. */
  void kernelReturned(int status) {
    kernel.called(status);
  }

  /**
   * Obeys what is asked, and opens an outermost mark.
   *
   * @return the arena's offset
   * @throws ArenaOverflowException if the arena lost its region and there is no other
   */
  long mark() {
    long formerBase = ArenaHeader.base(header.address());
    int status = engram_arena_h.engram_arena_mark(header, mark, failure);
    // Native code does not know whose holder has ended, and cannot everywhere take from leases that
    // Java keeps.
    if (!Status.isOk(status) && ThreadArenas.returnIdleLeases()) {
      status = engram_arena_h.engram_arena_mark(header, mark, failure);
    }
    if (!Status.isOk(status)) {
      throw RefusedArenas.PROCESS.refuse(failure);
    }
    if (ArenaHeader.base(header.address()) == formerBase) {
      // No new region was wanted, or there was none.
      RemapWarning.PROCESS.checkSoon(RemapWarning::check);
    }
    return engram_mark.offset_bytes(mark);
  }

  void rewind(long offset, long fallbackPosition) {
    engram_mark.offset_bytes(mark, offset);
    engram_mark.fallback_position_bytes(mark, fallbackPosition);
    Status.requireOk(engram_arena_h.engram_arena_rewind(header, mark), "engram_arena_rewind");
  }

  /** Obeys what is asked, or under an open mark enters a new metrics epoch only. */
  void serve() {
    engram_arena_h.engram_arena_serve(header);
  }

  /** Allocates what overflows. Whether it could. */
  boolean allocate(long byteSize, long byteAlignment) {
    int status = tryToAllocate(byteSize, byteAlignment);
    if (status == engram_arena_h.ENGRAM_ARENA_OVERFLOW()
        && ArenaHeader.overflowStrategy(header.address())
            == engram_arena_h.ENGRAM_OVERFLOW_FALLBACK()
        && ThreadArenas.recoverLeases()) {
      status = tryToAllocate(byteSize, byteAlignment);
    }
    return Status.isOk(status);
  }

  private int tryToAllocate(long byteSize, long byteAlignment) {
    return engram_arena_h.engram_arena_allocate(
        header, byteSize, byteAlignment, addressOut, failure);
  }

  /** The address that {@link #allocate} was given, after telling the listeners. */
  long addressOfServed(long byteSize, long availableBytes, long capacity) {
    // Read first: a logger or a listener may overflow in turn.
    long address = addressOut.get(ValueLayout.ADDRESS, 0).address();
    Overflows.served(
        new ArenaOverflow(
            OverflowStrategy.FALLBACK, true, false, 1, byteSize, availableBytes, capacity));
    return address;
  }

  /** Why {@link #allocate} could not, after telling the listeners. */
  ArenaOverflowException refusal(long byteSize) {
    int strategy = ArenaHeader.overflowStrategy(header.address());
    ArenaOverflowException refusal = NativeFailure.allocation(failure, strategy);
    Overflows.refused(
        new ArenaOverflow(
            NativeConfig.strategy(strategy),
            false,
            false,
            1,
            byteSize,
            refusal.availableBytes(),
            refusal.capacityBytes()));
    return refusal;
  }

  /** Takes a lease back whose holder is gone, unless that has been done. Any thread. */
  void recover() {
    int status = engram_arena_h.engram_recover_arena(header);
    // A stack overflow may have come between a call that did it and the note that it is done.
    if (status != engram_arena_h.ENGRAM_INVALID_ARGUMENT()) {
      Status.requireOk(status, "engram_recover_arena");
    }
  }
}
