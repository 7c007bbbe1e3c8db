package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Watches from outside in which order a thread stores the fields of its arena and of the header.
 *
 * <p>Two reads are no instant. What was read across a step of the owner that is not the one in
 * question says nothing, nor what was read after the owner had ended.
 */
@NullMarked
final class HeaderWatch {
  /** What a reader found. */
  enum Finding {
    /** The order was kept. */
    KEPT,
    /** What should have been stored first was not. */
    BROKEN,
    /** The owner did something else meanwhile, or ended. */
    NOTHING
  }

  /** What is looked at. */
  private record Watched(Thread owner, NativeArena arena) {}

  static {
    ArenaControl.stats(); // loads the library
  }

  private static final VarHandle DEPTH = depth();
  private static final VarHandle HEADER = ValueLayout.JAVA_LONG.varHandle();

  private volatile @Nullable Watched watched;

  /** Odd while the owner does something else than what is watched. */
  private final AtomicInteger turns = new AtomicInteger();

  private static VarHandle depth() {
    try {
      return MethodHandles.lookup().findVarHandle(NativeArena.class, "depth", int.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the arena keeps its depth elsewhere", e);
    }
  }

  /** From here on the owner does something else. Owner only. */
  void pause() {
    turns.getAndIncrement();
  }

  /** From here on the owner does what is watched. Owner only, who has used its arena. */
  void resume() {
    NativeArena arena = ThreadArenas.ifAny();
    if (arena == null) {
      throw new IllegalStateException("the thread has not used its arena");
    }
    watched = new Watched(Thread.currentThread(), arena);
    turns.getAndIncrement();
  }

  /**
   * While the owner only closes outermost scopes with something in them: whether the arena's depth
   * is stored before the header's offset.
   */
  Finding whileClosing() {
    int before = turns.get();
    Watched now = watched;
    if (now == null) {
      return Finding.NOTHING;
    }
    long offset = read(now.arena, engram_arena.offset_bytes$offset());
    int depth = (int) DEPTH.getAcquire(now.arena);
    return find(before, now, offset > 0 || depth == 0);
  }

  /**
   * While the owner does whatever it likes but begin a new epoch: whether the header's high-water
   * mark is stored before its offset is lowered.
   */
  Finding whileInUse() {
    int before = turns.get();
    Watched now = watched;
    if (now == null) {
      return Finding.NOTHING;
    }
    long used = read(now.arena, engram_arena.offset_bytes$offset());
    long usedLater = read(now.arena, engram_arena.offset_bytes$offset());
    long mark = read(now.arena, engram_arena.high_water_mark_bytes$offset());
    return find(before, now, Math.max(usedLater, mark) >= used);
  }

  private static long read(NativeArena arena, long field) {
    MemorySegment header = arena.calls.header();
    return (long) HEADER.getAcquire(header, field);
  }

  private Finding find(int before, Watched now, boolean kept) {
    if (before % 2 != 0 || turns.get() != before || !now.owner.isAlive()) {
      return Finding.NOTHING;
    }
    return kept ? Finding.KEPT : Finding.BROKEN;
  }
}
