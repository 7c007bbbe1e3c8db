package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.ffi.engram_arena_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The native function by itself: no checks, an arena that was looked up before. */
final class BareDowncall extends ScoresWork {
  private final MemorySegment arena;
  private final MemorySegment query;
  private final MemorySegment rows;
  private final MemorySegment target;

  BareDowncall(CosineData data) {
    super(data);
    Engram.configure(EngramCosine.POOL_SIZE_BYTES);
    arena = threadArena();
    query = NativeFloats.copyOf(data.query());
    rows = NativeFloats.copyOf(data.rows);
    target = NativeFloats.allocate(data.rows.length);
  }

  /** The thread is JMH's one worker, which runs both set-up and measurement. */
  private static MemorySegment threadArena() {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(ValueLayout.ADDRESS);
      requireOk(engram_arena_h.engram_thread_arena(out, MemorySegment.NULL));
      return out.get(ValueLayout.ADDRESS, 0);
    }
  }

  private static void requireOk(int status) {
    if (status != engram_arena_h.ENGRAM_OK()) {
      throw new IllegalStateException("status " + status);
    }
  }

  @Override
  public Object run() {
    requireOk(
        engram_arena_h.engram_vector_similarity(
            arena,
            query,
            Double.NaN,
            rows,
            CosineData.DIMENSIONS,
            data.rows.length,
            CosineData.DIMENSIONS,
            MemorySegment.NULL,
            target));
    return target;
  }

  @Override
  float[] scores() {
    return NativeFloats.toArray(target);
  }

  /** A call that does as good as nothing: what calling costs. */
  static final class Empty implements Work {
    Empty() {
      // Loads the library, which must come before any native function is looked up.
      Engram.configure(EngramCosine.POOL_SIZE_BYTES);
    }

    @Override
    public Object run() {
      // Cached boxes: the levels are small numbers.
      return engram_arena_h.engram_current_cpu_level();
    }

    @Override
    public void check() {
      WrongResultException.requireNear(0, Math.signum((Integer) run()), 1, 0);
    }
  }
}
