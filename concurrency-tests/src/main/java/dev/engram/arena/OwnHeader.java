package dev.engram.arena;

import dev.engram.arena.concurrency.Membarrier;
import dev.engram.arena.ffi.engram_arena;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;

/**
 * A header of a test's own, which no native code knows, with both sides of the agreement between
 * the owner of an arena and those who ask something of it.
 */
@NullMarked
final class OwnHeader {
  // More than jcstress has tests under way, so that none meets another's header.
  private static final int COUNT = 1 << 15;
  private static final long BYTES = engram_arena.sizeof();
  private static final MemorySegment HEADERS = Arena.global().allocate(COUNT * BYTES, BYTES);
  private static final AtomicInteger NEXT = new AtomicInteger();

  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final long position = (NEXT.getAndIncrement() & (COUNT - 1)) * BYTES;
  private final long address = HEADERS.address() + position;

  OwnHeader() {
    HEADERS.asSlice(position, BYTES).fill((byte) 0);
  }

  /** As an owner does when it opens its outermost mark, in the library's own code. */
  void announce() {
    ArenaHeader.setDepth(address, 1);
  }

  /** As an owner does next. */
  boolean isAsked() {
    return ArenaHeader.requestsAndRevision(address) != ArenaHeader.quiet(0);
  }

  /** As an owner does when it allocates or rewinds. */
  void storeOffset(long bytes) {
    ArenaHeader.setOffsetBytes(address, bytes);
  }

  long offset() {
    return (long) LONG.getAcquire(HEADERS, position + engram_arena.offset_bytes$offset());
  }

  /** As others do who ask something, and then look whether they may serve it themselves. */
  void ask() {
    long requests = position + engram_arena.requests$offset();
    INT.getAndBitwiseOr(HEADERS, requests, 1);
  }

  /** As others do next. */
  void orderOthers() {
    Membarrier.issue();
  }

  /** As others do last. */
  boolean isInside() {
    return (int) INT.getAcquire(HEADERS, position + engram_arena.depth$offset()) != 0;
  }
}
