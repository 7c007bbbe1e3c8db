package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Arenas are reset while another thread, whose arena holds what native code allocated outside any
 * scope, opens one.
 */
@JCStressTest
@Outcome(
    id = "1, 1",
    expect = Expect.ACCEPTABLE,
    desc = "The arena was reset before the scope opened, which begins at its start.")
@Outcome(
    id = "2, 1",
    expect = Expect.ACCEPTABLE,
    desc = "The arena was not reset yet: the scope begins behind what native code holds.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "The arena was reset under a scope that was open, or the scope lies over live memory.")
@State
public class ResetArenasAgainstOpen {
  private static final int BYTES = 256;
  private static final MemorySegment ADDRESS = Arena.global().allocate(ValueLayout.ADDRESS);

  static {
    ArenaControl.stats(); // loads the library
  }

  /** For jcstress. */
  public ResetArenasAgainstOpen() {}

  /** Resets. */
  @Actor
  public void reset() {
    ArenaControl.resetArenas();
  }

  /**
   * Opens a scope above native memory, and one above that.
   *
   * @param result where the outer scope begins, and 1 if the two scopes share no byte
   */
  @Actor
  public void open(II_Result result) {
    long nativeEnd = allocateNatively();
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment first = outer.uninitialized().allocate(BYTES, Long.BYTES);
      Bytes.fill(first, 1);
      long used = ArenaControl.threadStats().orElseThrow().usedBytes();
      result.r1 = used == BYTES ? 1 : first.address() >= nativeEnd ? 2 : 0;
      try (ArenaScope inner = ArenaControl.openScope()) {
        MemorySegment second = inner.uninitialized().allocate(BYTES, Long.BYTES);
        Bytes.fill(second, 2);
        result.r2 = Bytes.hold(first, 1) && Bytes.hold(second, 2) ? 1 : 0;
      }
    }
  }

  /** Allocates in the calling thread's arena without a scope. Returns where that ends. */
  static long allocateNatively() {
    MemorySegment arena = engram_arena_h.engram_thread_arena_if_any();
    if (arena.address() == 0) {
      ArenaControl.openScope().close();
      arena = engram_arena_h.engram_thread_arena_if_any();
    }
    int status =
        engram_arena_h.engram_arena_allocate(
            arena, Long.BYTES, Long.BYTES, ADDRESS, MemorySegment.NULL);
    if (status != engram_arena_h.ENGRAM_OK()) {
      throw new IllegalStateException("engram_arena_allocate came to status " + status);
    }
    return ADDRESS.get(ValueLayout.ADDRESS, 0).address() + Long.BYTES;
  }
}
