package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * A thread that had an arena of its own, and what it saw last.
 *
 * @param header the arena's header, readable still
 * @param fields what was in it
 * @param stats the process's totals then
 */
@NullMarked
record EndedThread(MemorySegment header, Map<String, Long> fields, Map<String, Long> stats) {
  private static final long TIMEOUT_SECONDS = 30;

  /**
   * Runs a thread that opens marks in its own arena and ends, and waits until the library has taken
   * the arena back.
   */
  static EndedThread run(int openMarks) throws Exception {
    FutureTask<EndedThread> task = new FutureTask<>(() -> openMarks(openMarks));
    Thread.ofPlatform().start(task);
    EndedThread ended = task.get();
    awaitArenaTakenBack(ended.header);
    return ended;
  }

  private static EndedThread openMarks(int count) {
    MemorySegment out = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
    assertOk(engram_arena_h.engram_thread_arena(out, MemorySegment.NULL));
    MemorySegment header = LeasedArena.headerAt(out);
    for (int i = 0; i < count; i++) {
      MemorySegment mark = Structs.guarded(engram_mark.layout());
      assertOk(engram_arena_h.engram_arena_mark(header, mark, MemorySegment.NULL));
    }
    return new EndedThread(header, Structs.fields(header, engram_arena.layout()), StatsTest.read());
  }

  /**
   * Joining the thread would not do: Java reports its end before the system runs what the library
   * left with it.
   */
  private static void awaitArenaTakenBack(MemorySegment header) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (engram_arena.capacity_bytes(header) != 0 && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    assertThat(engram_arena.capacity_bytes(header)).as("capacity after the thread's end").isZero();
  }
}
