package dev.engram.arena.concurrency.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_failure;
import dev.engram.arena.ffi.engram_mark;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The calling thread's arena as native code uses it, one mark at a time. */
final class NativeMarks {
  /** In place of an address. */
  static final long OVERFLOW = -1;

  private final Arena frame = Arena.ofAuto();
  private final MemorySegment mark = engram_mark.allocate(frame);
  private final MemorySegment failure = engram_failure.allocate(frame);
  private final MemorySegment address = frame.allocate(ValueLayout.ADDRESS);

  void mark() {
    requireOk(engram_arena_h.engram_arena_mark(arena(), mark, MemorySegment.NULL));
  }

  void rewind() {
    requireOk(engram_arena_h.engram_arena_rewind(arena(), mark));
  }

  long allocate(long size, long alignment) {
    int status = engram_arena_h.engram_arena_allocate(arena(), size, alignment, address, failure);
    if (status == engram_arena_h.ENGRAM_ARENA_OVERFLOW()) {
      assertThat(engram_failure.requested_bytes(failure)).isEqualTo(size);
      return OVERFLOW;
    }
    requireOk(status);
    return address.get(ValueLayout.ADDRESS, 0).address();
  }

  private static MemorySegment arena() {
    return engram_arena_h.engram_thread_arena_if_any();
  }

  private static void requireOk(int status) {
    assertThat(status).as("status").isEqualTo(engram_arena_h.ENGRAM_OK());
  }
}
