package dev.engram.arena.stress.scenario;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_mark;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the library keeps virtual threads from: the arena of whatever native thread runs them, held
 * across pauses.
 */
final class RawThreadArena {
  private RawThreadArena() {}

  /**
   * A scope on the arena of the native thread, which is looked up at each call: so no two threads
   * use one at the same time, and all that can go wrong is what is in it.
   *
   * @return whether its bytes were still there at its end
   */
  static boolean survivesPause(long seed, long longs, Pause pause) throws InterruptedException {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment mark = engram_mark.allocate(frame);
      MemorySegment pointer = frame.allocate(ValueLayout.ADDRESS);
      boolean marked = mark(arena(pointer), mark);
      boolean survived = false;
      // An arena that others have rewound wrongly may be full.
      if (allocate(arena(pointer), longs * Long.BYTES, pointer)) {
        PatternedSegment patterned = PatternedSegment.fill(memory(pointer, longs), seed);
        pause.take();
        WorkTally tally = new WorkTally();
        patterned.check(tally);
        survived = tally.wrongSegments() == 0;
      }
      // Refused where that is another arena with less in use, which is part of the trouble.
      engram_arena_h.engram_arena_rewind(arena(pointer), mark);
      return survived && marked;
    }
  }

  private static MemorySegment arena(MemorySegment pointer) {
    int status = engram_arena_h.engram_thread_arena(pointer, MemorySegment.NULL);
    if (status != engram_arena_h.ENGRAM_OK()) {
      throw new IllegalStateException("status " + status);
    }
    return pointer.get(ValueLayout.ADDRESS, 0);
  }

  private static boolean mark(MemorySegment arena, MemorySegment mark) {
    return engram_arena_h.engram_arena_mark(arena, mark, MemorySegment.NULL)
        == engram_arena_h.ENGRAM_OK();
  }

  private static boolean allocate(MemorySegment arena, long size, MemorySegment pointer) {
    return engram_arena_h.engram_arena_allocate(arena, size, 64, pointer, MemorySegment.NULL)
        == engram_arena_h.ENGRAM_OK();
  }

  @SuppressWarnings("restricted") // Memory without a lifetime is what is tried here.
  private static MemorySegment memory(MemorySegment pointer, long longs) {
    return pointer.get(ValueLayout.ADDRESS, 0).reinterpret(longs * Long.BYTES);
  }

  interface Pause {
    void take() throws InterruptedException;
  }
}
