package dev.engram.arena;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Leased arenas that nobody uses at the moment, kept for the next virtual thread: to take one and
 * to put it back cost two atomic operations instead of two native calls. Thread-safe.
 *
 * <p>Few, and in stripes a thread each of which begins to look in, so that threads that run at the
 * same time seldom meet.
 */
final class IdleLeases {
  private static final int PER_STRIPE = 4;

  /** References are at least 4 bytes: no two stripes share a pair of cache lines. */
  private static final int STRIDE = 32;

  private final int stripes;
  private final AtomicReferenceArray<@Nullable NativeArena> arenas;

  IdleLeases(int processors) {
    stripes = Integer.highestOneBit(Math.max(processors, 1) * 2 - 1);
    // One stride of room before the first, which keeps it from the array's length.
    arenas = new AtomicReferenceArray<>((stripes + 1) * STRIDE);
  }

  /**
   * Takes one out, or null if there is none. Who takes it is its lessee at once: from the exchange
   * on nothing is called, so no stack overflow finds a lease without one.
   */
  @Nullable NativeArena take(ThreadArenas.Slot lessee) {
    int first = firstStripe();
    for (int i = 0; i < stripes; i++) {
      int start = start(first + i);
      for (int at = start; at < start + PER_STRIPE; at++) {
        NativeArena arena = arenas.getOpaque(at);
        if (arena != null && arenas.compareAndSet(at, arena, null)) {
          arena.lessee = lessee;
          return arena;
        }
      }
    }
    return null;
  }

  /** Puts one in. False if there is no room. */
  boolean offer(NativeArena arena) {
    int first = firstStripe();
    for (int i = 0; i < stripes; i++) {
      int start = start(first + i);
      for (int at = start; at < start + PER_STRIPE; at++) {
        if (arenas.getOpaque(at) == null && arenas.compareAndSet(at, null, arena)) {
          return true;
        }
      }
    }
    return false;
  }

  private int firstStripe() {
    return (int) Thread.currentThread().threadId();
  }

  private int start(int stripe) {
    return ((stripe & stripes - 1) + 1) * STRIDE;
  }
}
