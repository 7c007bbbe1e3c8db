package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_failure;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    final Thread thread;
    @Nullable NativeArena arena;

    Slot(Thread thread) {
      this.thread = thread;
    }
  }

  private static final ThreadLocal<Slot> SLOTS =
      ThreadLocal.withInitial(() -> new Slot(Thread.currentThread()));

  /** The lessee of leases that are on their way to the native pool: a thread that never lives. */
  static final Slot NOBODY = new Slot(threadThatNeverLives());

  private static final VarHandle LESSEE;

  static {
    try {
      LESSEE = MethodHandles.lookup().findVarHandle(OwnedArena.class, "lessee", Slot.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * One for each header, so that a thread whose slot was erased while scopes are open finds the
   * same one again.
   */
  private static final ConcurrentMap<Long, NativeArena> ARENAS = new ConcurrentHashMap<>();

  static final IdleLeases IDLE = new IdleLeases(Runtime.getRuntime().availableProcessors());

  /** Fewer leases than that are not worth a look at who holds them. */
  private static final int RECOVERY_INTERVAL_MIN = 32;

  /**
   * Leases to be taken from the native pool until it is next looked which holders have ended: as
   * many as there are arenas to look at, so that a lease costs the same however many there are.
   */
  private static final AtomicInteger LEASES_TO_RECOVERY = new AtomicInteger(RECOVERY_INTERVAL_MIN);

  private static final int OK = engram_arena_h.ENGRAM_OK();

  private ThreadArenas() {}

  /** Without what it would otherwise keep of the thread that happens to make it. */
  private static Thread threadThatNeverLives() {
    Thread thread = Thread.ofPlatform().inheritInheritableThreadLocals(false).unstarted(() -> {});
    thread.setContextClassLoader(null);
    return thread;
  }

  /** Java's side of the arena of a header, or null if there is none. For any thread. */
  static @Nullable OwnedArena ofHeader(long headerAddress) {
    return ARENAS.get(headerAddress);
  }

  /** Where a lessee keeps an arena, or null if nobody has leased it. For any thread. */
  static @Nullable Slot lessee(OwnedArena arena) {
    return (Slot) LESSEE.getAcquire(arena);
  }

  /** The calling thread's slot. */
  static Slot slot() {
    return SLOTS.get();
  }

  /** The arena for a scope of the calling thread, where {@link OwnArenas} does not have it. */
  static NativeArena find(long threadId) {
    Slot slot = slot();
    NativeArena arena = slot.arena;
    if (arena == null) {
      arena = acquire(slot);
    }
    if (arena.isBoundTo(threadId)) {
      OwnArenas.put(threadId, arena);
    }
    return arena;
  }

  /**
   * Fills the empty slot of the calling thread.
   *
   * @throws ArenaOverflowException if there is no memory for an arena
   */
  static NativeArena acquire(Slot slot) {
    if (!slot.thread.isVirtual()) {
      return own(slot);
    }
    NativeArena arena = IDLE.take(slot);
    if (arena == null) {
      return lease(slot);
    }
    // Nothing is called before the slot has it: else it would be lost to a stack overflow.
    slot.arena = arena;
    arena.startCounting(arena.header());
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
   * Ends a lease and empties its slot. Should that fail, the slot keeps the lease for the next
   * scope.
   */
  static void endLease(NativeArena arena, Slot slot) {
    long revision = ArenaHeader.revision(arena.header());
    slot.arena = null;
    arena.lessee = null;
    boolean ended = false;
    boolean calling = false;
    try {
      ended = IDLE.offer(arena);
      if (!ended) {
        calling = true;
        ended = engram_arena_h.engram_return_arena(arena.calls.header()) == OK;
      }
    } finally {
      // After an error that came when native code had ended the lease, it may be another's.
      if (!ended && (!calling || ArenaHeader.revision(arena.header()) == revision)) {
        arena.lessee = slot;
        slot.arena = arena;
      }
    }
  }

  /**
   * Gives the idle leases that Java keeps, and those of ended threads, back to the native pool, so
   * that what is asked of all arenas can be served there. Memory that is wanted elsewhere native
   * code takes from them where they are, if the system can order memory across processors.
   *
   * @return whether there were any
   */
  static boolean returnIdleLeases() {
    boolean found = recoverLeases();
    for (NativeArena arena = IDLE.take(NOBODY); arena != null; arena = IDLE.take(NOBODY)) {
      recoverLease(arena);
      found = true;
    }
    return found;
  }

  /**
   * Takes back the leases of virtual threads that ended with scopes open. They are in use as far as
   * native code knows.
   *
   * @return whether there were any
   */
  static boolean recoverLeases() {
    LEASES_TO_RECOVERY.setOpaque(Math.max(RECOVERY_INTERVAL_MIN, ARENAS.size()));
    boolean found = false;
    for (NativeArena arena : ARENAS.values()) {
      found |= recoverLease(arena);
    }
    return found;
  }

  private static boolean recoverLease(NativeArena arena) {
    long revision = ArenaHeader.revision(arena.header());
    Slot slot = (Slot) LESSEE.getVolatile(arena);
    if (slot == null || slot.thread.isAlive() || !LESSEE.compareAndSet(arena, slot, null)) {
      return false;
    }
    boolean recovered = false;
    try {
      arena.abandoned.countBesideMarks();
      arena.calls.recover();
      recovered = true;
    } finally {
      // As in endLease. Else it is for the next look.
      if (!recovered && ArenaHeader.revision(arena.header()) == revision) {
        arena.lessee = slot;
      }
    }
    return true;
  }

  /** Has every owner look for abandoned scopes at its next mark. */
  static void askAllToLookUp() {
    for (NativeArena arena : ARENAS.values()) {
      ArenaHeader.askToLookUp(arena.header());
    }
  }

  private interface Request {
    int call(MemorySegment header, MemorySegment failure);
  }

  /** Has the native side write the header of an arena to {@code out}, and returns it. */
  private static MemorySegment request(Request request, MemorySegment out, Arena frame) {
    MemorySegment failure = engram_failure.allocate(frame);
    int status = request.call(out, failure);
    if (status == engram_arena_h.ENGRAM_POOL_EXHAUSTED() && returnIdleLeases()) {
      status = request.call(out, failure);
    }
    if (!Status.isOk(status)) {
      throw RefusedArenas.PROCESS.refuse(failure);
    }
    MemorySegment header = out.get(ValueLayout.ADDRESS, 0);
    if (ArenaHeader.base(header.address()) == 0) {
      // It gets a region at its first mark, if there is one then.
      returnIdleLeases();
    }
    return header;
  }

  private static NativeArena own(Slot slot) {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment out = frame.allocate(ValueLayout.ADDRESS);
      NativeArena arena =
          adopt(request(engram_arena_h::engram_thread_arena, out, frame), slot.thread);
      slot.arena = arena;
      return arena;
    }
  }

  private static NativeArena adopt(MemorySegment header, Thread thread) {
    NativeArena arena = arenaOf(header);
    if (!arena.isBoundTo(thread.threadId())) {
      arena.bind(thread);
    }
    return arena;
  }

  private static NativeArena lease(Slot slot) {
    if (LEASES_TO_RECOVERY.decrementAndGet() <= 0) {
      recoverLeases();
    }
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment out = frame.allocate(ValueLayout.ADDRESS);
      try {
        NativeArena arena = arenaOf(request(engram_arena_h::engram_lease_arena, out, frame));
        arena.bind(slot.thread);
        arena.lessee = slot;
        slot.arena = arena;
        return arena;
      } catch (Throwable failure) {
        // Whatever came after the native call, a lease that it gave goes back. Only if the stack
        // overflows here once more is it lost.
        MemorySegment header = out.get(ValueLayout.ADDRESS, 0);
        if (header.address() != 0) {
          Status.requireOk(engram_arena_h.engram_return_arena(header), "engram_return_arena");
        }
        throw failure;
      }
    }
  }

  private static NativeArena arenaOf(MemorySegment header) {
    return ARENAS.computeIfAbsent(header.address(), NativeArena::new);
  }
}
