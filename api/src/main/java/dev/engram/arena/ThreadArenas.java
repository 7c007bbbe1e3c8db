package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_failure;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the arena that the calling thread works on: a platform thread's own, a virtual thread's
 * lease. Process-wide, as the native threads' own arenas are.
 */
final class ThreadArenas {
  /**
   * What a thread works on now. For a platform thread only a cache, since a common pool erases
   * thread locals between tasks: an empty slot asks the native thread. A virtual thread's lease is
   * kept nowhere else.
   */
  static final class Slot {
    @Nullable NativeArena arena;
  }

  private static final ThreadLocal<Slot> SLOTS = ThreadLocal.withInitial(Slot::new);

  /**
   * One for each header, so that a thread whose slot was erased while scopes are open finds the
   * same one again.
   */
  private static final ConcurrentMap<Long, NativeArena> ARENAS = new ConcurrentHashMap<>();

  private ThreadArenas() {}

  /** The calling thread's slot. */
  static Slot slot() {
    return SLOTS.get();
  }

  /**
   * Fills the empty slot of the calling thread.
   *
   * @throws ArenaOverflowException if the system refuses to reserve an arena
   */
  static NativeArena acquire(Slot slot) {
    Thread thread = Thread.currentThread();
    NativeArena arena = thread.isVirtual() ? lease(thread, slot) : own(thread);
    slot.arena = arena;
    return arena;
  }

  /** The arena that the calling thread works on, or null if it has none. Makes none. */
  static @Nullable NativeArena ifAny() {
    Slot slot = slot();
    Thread thread = Thread.currentThread();
    if (slot.arena == null && !thread.isVirtual()) {
      MemorySegment header = engram_arena_h.engram_thread_arena_if_any();
      if (header.address() != 0) {
        slot.arena = adopt(header, thread);
      }
    }
    return slot.arena;
  }

  /**
   * Gives a lease back and empties its slot. Should the call fail, the slot keeps the lease for the
   * next scope.
   */
  static void endLease(MemorySegment header, Slot slot) {
    Status.requireOk(engram_arena_h.engram_return_arena(header), "engram_return_arena");
    slot.arena = null;
  }

  private static NativeArena own(Thread thread) {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment header = frame.allocate(ValueLayout.ADDRESS);
      MemorySegment failure = engram_failure.allocate(frame);
      if (!Status.isOk(engram_arena_h.engram_thread_arena(header, failure))) {
        throw NativeFailure.region(failure);
      }
      return adopt(header.get(ValueLayout.ADDRESS, 0), thread);
    }
  }

  private static NativeArena adopt(MemorySegment header, Thread thread) {
    NativeArena arena = arenaOf(header);
    if (!arena.isBoundTo(thread)) {
      arena.bind(thread, null);
    }
    return arena;
  }

  private static NativeArena lease(Thread thread, Slot slot) {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment header = frame.allocate(ValueLayout.ADDRESS);
      MemorySegment failure = engram_failure.allocate(frame);
      if (!Status.isOk(engram_arena_h.engram_lease_arena(header, failure))) {
        throw NativeFailure.region(failure);
      }
      return bindLease(header.get(ValueLayout.ADDRESS, 0), thread, slot);
    }
  }

  private static NativeArena bindLease(MemorySegment header, Thread thread, Slot slot) {
    try {
      NativeArena arena = arenaOf(header);
      arena.bind(thread, slot);
      return arena;
    } catch (Throwable failure) {
      endLease(header, slot);
      throw failure;
    }
  }

  private static NativeArena arenaOf(MemorySegment header) {
    return ARENAS.computeIfAbsent(header.address(), NativeArena::new);
  }
}
