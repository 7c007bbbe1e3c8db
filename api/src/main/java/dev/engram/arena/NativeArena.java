package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_failure;
import dev.engram.arena.ffi.engram_mark;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Java's side of one native arena. There is one for each header, for as long as the process lives,
 * bound to whoever owns the header and used by that owner only.
 *
 * <p>Java bumps {@link #offset}, a field of its own, and writes it through to the header, where
 * native code finds it. At every instant the header's offset is at least the field: allocating
 * stores header, then field; rewinding stores field, then header. A stack overflow or out-of-memory
 * error between two stores therefore never lets anyone allocate over live data, it only leaves the
 * header ahead. While several of its fields change together, {@link #unsettled} is set; whoever
 * finds it set brings the header back to what the fields say.
 *
 * <p>A scope starts from the header, not from the field. So it lies above what native code holds
 * that called back into Java, or that allocated without a mark. While a scope is the innermost,
 * native code that it calls leaves the offset as it found it.
 */
final class NativeArena {
  private static final long NO_GENERATION = -1;

  private final long headerNumber;
  private final MemorySegment headerSegment;

  /** Out-parameters of calls made for this arena. As lasting as the header, so never freed. */
  private final MemorySegment addressOut = Arena.global().allocate(ValueLayout.ADDRESS);

  private final MemorySegment failure = engram_failure.allocate(Arena.global());
  private final MemorySegment mark = engram_mark.allocate(Arena.global());

  private long ownerId;
  private ThreadArenas.@Nullable Slot lessee;

  private long base;
  private long capacity;

  /** Of the settings that base and capacity belong to. */
  private long generation;

  // The next three are written by ArenaScope.close too, which says why it does not call a method.

  /** Bytes in use as far as Java knows. */
  long offset;

  /** The header's depth when the newest open scope had been opened; 0 if none is open. */
  int depth;

  /** A failure may have stopped a change of the header half-way. */
  boolean unsettled;

  /** Marks of native code below the outermost scope. */
  private int nativeDepth;

  private long epoch;
  private long overflowCountAtStart;
  private long resetCountAtStart;

  NativeArena(long headerAddress) {
    headerNumber = ArenaHeader.number(headerAddress);
    headerSegment = NativeMemory.ALL.asSlice(headerAddress, engram_arena.layout());
  }

  /** Whether {@code thread} is the one that {@link #bind} was last called for. */
  boolean isBoundTo(Thread thread) {
    return ownerId == thread.threadId();
  }

  /**
   * Makes a thread the owner. Whatever its predecessor left here is void: that thread, or its
   * lease, has ended.
   *
   * @param leaseSlot where the owner keeps the arena that it leased, or null if the arena is the
   *     thread's own
   */
  void bind(Thread owner, ThreadArenas.@Nullable Slot leaseSlot) {
    ownerId = owner.threadId();
    lessee = leaseSlot;
    depth = 0;
    unsettled = false;
    generation = NO_GENERATION;
    startCounting();
  }

  MemorySegment headerSegment() {
    return headerSegment;
  }

  /** Open scopes, marks of native code below the newest one included. */
  int openScopes() {
    return depth;
  }

  /** Bytes that are left of the region. */
  long availableBytes() {
    return capacity - offset;
  }

  /** Opens a scope of the calling thread, the owner. */
  @SuppressWarnings("MustBeClosedChecker") // The scope that the session is made for closes it.
  ArenaScope open() {
    long header = ArenaHeader.address(headerNumber);
    if (unsettled) {
      settle();
    }
    if (depth == 0) {
      beginOutermost();
    }
    long start = ArenaHeader.offsetBytes(header);
    long startFallbackPosition = ArenaHeader.fallbackPositionBytes(header);
    int scopeDepth = ArenaHeader.depth(header) + 1;
    Arena session = Arena.ofConfined();
    MemorySegment region = NativeMemory.view(base, capacity, session);
    ArenaScope scope =
        new ArenaScope(this, session, region, start, startFallbackPosition, scopeDepth, depth);
    // All objects are made. Depth is the last to change: before, there is nothing to close.
    unsettled = true;
    offset = start;
    ArenaHeader.setDepth(header, scopeDepth);
    ArenaHeader.addScope(header);
    depth = scopeDepth;
    unsettled = false;
    return scope;
  }

  /**
   * Takes {@code byteSize} bytes at an address that is a multiple of {@code byteAlignment}, at most
   * 2 MiB.
   *
   * @return where they start, from the start of the region, or -1 if they do not fit
   */
  long bump(long byteSize, long byteAlignment) {
    // User addresses end far below 2^63, so only the end could wrap: hence the size is compared
    // with what is left.
    long start = ((base + offset + byteAlignment - 1) & -byteAlignment) - base;
    if (byteSize > capacity - start) {
      return -1;
    }
    long end = start + byteSize;
    ArenaHeader.setOffsetBytes(ArenaHeader.address(headerNumber), end); // header first
    offset = end;
    return start;
  }

  /**
   * Allocates what does not fit, as the overflow strategy says.
   *
   * @throws ArenaOverflowException if the strategy does not serve it, or the system has no memory
   */
  MemorySegment overflow(long byteSize, long byteAlignment, Arena session) {
    int status =
        engram_arena_h.engram_arena_allocate(
            headerSegment, byteSize, byteAlignment, addressOut, failure);
    if (!Status.isOk(status)) {
      int strategy = ArenaHeader.overflowStrategy(ArenaHeader.address(headerNumber));
      throw NativeFailure.allocation(failure, strategy);
    }
    long address = addressOut.get(ValueLayout.ADDRESS, 0).address();
    MemorySegment segment = NativeMemory.view(address, byteSize, session);
    OverflowWarning.PROCESS.servedFromSystem(byteSize, availableBytes(), capacity);
    return segment;
  }

  /**
   * Brings the header to where a closing scope has already brought {@link #offset} and {@link
   * #depth}, and counts as {@code engram_arena_rewind} documents. Ends a lease with its outermost
   * scope.
   *
   * @param fallbackPosition the bytes in use in chunks when the scope was opened
   * @param headerDepth the header's depth when the scope was opened
   */
  void rewindHeader(long fallbackPosition, int headerDepth) {
    long header = ArenaHeader.address(headerNumber);
    if (ArenaHeader.hasRequests(header)) {
      // A metrics epoch may have begun, to which what is in use until now counts.
      serveRequests();
    }
    if (ArenaHeader.fallbackPositionBytes(header) == fallbackPosition) {
      countRewind(header, headerDepth == 0);
      ArenaHeader.lowerOffsetBytes(header, offset);
      ArenaHeader.setDepth(header, headerDepth);
    } else {
      rewindChunks(header, fallbackPosition, headerDepth);
    }
    unsettled = false;
    if (depth == 0 && lessee != null) {
      ThreadArenas.endLease(headerSegment, lessee);
    }
  }

  /** Gives a lease back under which the first scope could not be opened. */
  void endIdleLease() {
    if (depth == 0 && lessee != null) {
      if (unsettled) {
        settle();
      }
      ThreadArenas.endLease(headerSegment, lessee);
    }
  }

  private void countRewind(long header, boolean outermost) {
    long end = ArenaHeader.offsetBytes(header);
    if (end > ArenaHeader.highWaterMarkBytes(header)) {
      ArenaHeader.setHighWaterMarkBytes(header, end);
    }
    long givenBack = end - offset;
    if (givenBack != 0) {
      ArenaHeader.addAllocatedBytes(header, givenBack);
    }
    if (!outermost) {
      if (givenBack != 0) {
        ArenaHeader.setUsedSinceReset(header, true);
      }
    } else if (givenBack != 0 || ArenaHeader.isUsedSinceReset(header)) {
      ArenaHeader.setUsedSinceReset(header, false);
      ArenaHeader.addReset(header);
    }
  }

  /**
   * Has native code rewind to {@link #offset} and free the chunks taken since {@code
   * fallbackPosition}.
   */
  private void rewindChunks(long header, long fallbackPosition, int headerDepth) {
    // That is the depth already, unless the close of a scope inside this one failed half-way.
    ArenaHeader.setDepth(header, headerDepth + 1);
    engram_mark.offset_bytes(mark, offset);
    engram_mark.fallback_position_bytes(mark, fallbackPosition);
    Status.requireOk(
        engram_arena_h.engram_arena_rewind(headerSegment, mark), "engram_arena_rewind");
  }

  private void settle() {
    long header = ArenaHeader.address(headerNumber);
    if (depth == 0 && nativeDepth != 0) {
      // Native code holds memory below the scope whose open or close failed. How much of what lies
      // above is its own by now cannot be told; its rewind gives all of it back.
      if (ArenaHeader.depth(header) == nativeDepth + 1) {
        ArenaHeader.setDepth(header, nativeDepth);
      }
    } else if (depth == 0 && ArenaHeader.fallbackPositionBytes(header) != 0) {
      rewindChunks(header, 0, 0);
    } else {
      // What chunks the failed close of an inner scope left, the scope around it frees when it
      // closes.
      ArenaHeader.setDepth(header, depth);
      ArenaHeader.setOffsetBytes(header, offset);
    }
    unsettled = false;
  }

  private void beginOutermost() {
    long header = ArenaHeader.address(headerNumber);
    if (ArenaHeader.hasRequests(header)) {
      serveRequests();
    }
    nativeDepth = ArenaHeader.depth(header);
    // Native code of this thread may have served requests too, and so replaced the region.
    if (ArenaHeader.generation(header) != generation) {
      generation = ArenaHeader.generation(header);
      base = ArenaHeader.base(header);
      capacity = ArenaHeader.capacityBytes(header);
    }
  }

  /**
   * Obeys what other threads asked of this arena. While a mark is open that is refused, but for a
   * new metrics epoch.
   */
  void serveRequests() {
    engram_arena_h.engram_arena_serve(headerSegment);
    if (ArenaHeader.epoch(ArenaHeader.address(headerNumber)) != epoch) {
      startCounting();
    }
  }

  private void startCounting() {
    long header = ArenaHeader.address(headerNumber);
    epoch = ArenaHeader.epoch(header);
    overflowCountAtStart = ArenaHeader.overflowCount(header);
    resetCountAtStart = ArenaHeader.resetCount(header);
  }

  ThreadArenaStats stats() {
    long header = ArenaHeader.address(headerNumber);
    long used = ArenaHeader.offsetBytes(header);
    return new ThreadArenaStats(
        ArenaHeader.capacityBytes(header),
        used,
        Math.max(used, ArenaHeader.highWaterMarkBytes(header)),
        ArenaHeader.overflowCount(header) - overflowCountAtStart,
        ArenaHeader.resetCount(header) - resetCountAtStart);
  }
}
