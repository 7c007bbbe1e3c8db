package dev.engram.arena.concurrency;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_mark;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread's share of the load: marks, allocations and overflows by Java and by native code, in a
 * random order that its seed decides, and a note of all that should be counted.
 */
final class CounterWorker implements Runnable {
  private static final int ALIGNMENT = 64;
  private static final int LINES_MAX = 1024;

  private final SplittableRandom random;
  private final int operations;
  private final OverflowStrategy strategy;
  private final long capacity;
  private final Counts counts = new Counts();

  private final Arena frame = Arena.ofAuto();
  private final MemorySegment mark = engram_mark.allocate(frame);
  private final MemorySegment address = frame.allocate(ValueLayout.ADDRESS);
  private MemorySegment ownArena = MemorySegment.NULL;
  private boolean finished;

  CounterWorker(long seed, int operations, OverflowStrategy strategy, long capacity) {
    random = new SplittableRandom(seed);
    this.operations = operations;
    this.strategy = strategy;
    this.capacity = capacity;
  }

  /** What it did. After its end only. */
  Counts counts() {
    if (!finished) {
      throw new IllegalStateException("the worker failed, as its thread has printed");
    }
    return counts;
  }

  @Override
  public void run() {
    boolean virtual = Thread.currentThread().isVirtual();
    if (!virtual) {
      ArenaControl.openScope().close();
      counts.addScopes(1, 0);
      ownArena = engram_arena_h.engram_thread_arena_if_any();
    }
    for (int i = 0; i < operations; i++) {
      int kind = random.nextInt(256);
      if (kind < 4) {
        overflow(virtual || kind < 1);
      } else if (kind < 64 && !virtual) {
        nativeMark();
      } else if (kind < 96 && !virtual) {
        nativeMarkInsideAScope();
      } else if (kind < 128) {
        nestedScopes();
      } else if (kind < 144) {
        emptyScope();
      } else {
        scope(virtual && kind == 255);
      }
    }
    finished = true;
  }

  /** A size that leaves no gap in front of the next. */
  private long size() {
    return (long) ALIGNMENT * (1 + random.nextInt(LINES_MAX));
  }

  private void scope(boolean blocking) {
    long size = size();
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.uninitialized().allocate(size, ALIGNMENT);
      if (blocking) {
        LockSupport.parkNanos(1);
      }
    }
    counts.addScopes(1, size);
  }

  private void emptyScope() {
    ArenaControl.openScope().close();
    counts.addScopes(1, 0);
  }

  private void nestedScopes() {
    long outerSize = size();
    long innerSize = size();
    try (ArenaScope outer = ArenaControl.openScope()) {
      outer.uninitialized().allocate(outerSize, ALIGNMENT);
      try (ArenaScope inner = ArenaControl.openScope()) {
        inner.uninitialized().allocate(innerSize, ALIGNMENT);
      }
    }
    counts.addScopes(2, outerSize + innerSize);
  }

  private void nativeMark() {
    counts.addScopes(1, markAllocateRewind());
  }

  private void nativeMarkInsideAScope() {
    long size = size();
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.uninitialized().allocate(size, ALIGNMENT);
      size += markAllocateRewind();
    }
    counts.addScopes(2, size);
  }

  private long markAllocateRewind() {
    long size = size();
    requireOk(engram_arena_h.engram_arena_mark(ownArena, mark, MemorySegment.NULL));
    requireOk(allocateNatively(size));
    requireOk(engram_arena_h.engram_arena_rewind(ownArena, mark));
    return size;
  }

  private int allocateNatively(long size) {
    return engram_arena_h.engram_arena_allocate(
        ownArena, size, ALIGNMENT, address, MemorySegment.NULL);
  }

  private void overflow(boolean byJava) {
    long size = capacity + ALIGNMENT;
    boolean served;
    if (byJava) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        served = isServed(scope, size);
      }
    } else {
      requireOk(engram_arena_h.engram_arena_mark(ownArena, mark, MemorySegment.NULL));
      served = allocateNatively(size) == engram_arena_h.ENGRAM_OK();
      requireOk(engram_arena_h.engram_arena_rewind(ownArena, mark));
    }
    if (served != (strategy == OverflowStrategy.FALLBACK)) {
      throw new IllegalStateException("an overflow was served or refused against the strategy");
    }
    counts.addScopes(1, served ? size : 0);
    if (served) {
      counts.overflowFallbacks++;
      counts.fallbackBytes += size;
    } else {
      counts.overflowErrors++;
    }
  }

  private static boolean isServed(ArenaScope scope, long size) {
    try {
      scope.uninitialized().allocate(size, ALIGNMENT);
      return true;
    } catch (ArenaOverflowException e) {
      return false;
    }
  }

  private static void requireOk(int status) {
    if (status != engram_arena_h.ENGRAM_OK()) {
      throw new IllegalStateException("a native function came to status " + status);
    }
  }
}
