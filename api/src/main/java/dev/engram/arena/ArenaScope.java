package dev.engram.arena;

import dev.engram.arena.ffi.SystemMemory;
import dev.engram.arena.internal.ScopeAccess;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a thread's arena, from {@link ArenaControl#openScope()} to {@link #close()}: a
 * {@link java.lang.foreign.Arena} whose allocations cost about a nanosecond and are all given back
 * at once. Its segments die with it, as those of any arena: access after the close throws {@link
 * IllegalStateException}, access by another thread {@link WrongThreadException}.
 *
 * <p>Scopes of one thread nest. Only the innermost can allocate, and they close in reverse order. A
 * scope belongs to the thread that opened it, which on a virtual thread may block and change
 * carriers meanwhile. Scopes are not thread-safe: every method but {@link #scope()} throws {@link
 * WrongThreadException} when another thread calls it.
 *
 * <p>What does not fit the arena is treated as the {@link OverflowStrategy} in force says.
 */
public final class ArenaScope implements Arena {
  static final long ALIGNMENT_BYTES_MAX = 2L << 20;

  static {
    ScopeAccess.install(new KernelAccess());
    // Loaded even if no scope is watched: the compiler inlines no constructor whose parameters have
    // types that are not loaded, and every scope would be garbage.
    Objects.requireNonNull(TrackedScope.Token.class);
  }

  /** From this size on the C library clears faster. */
  private static final long CLEARED_NATIVELY_BYTES = 1024;

  private static final int CLOSED = -1;

  /** From this down, {@link #depth} is this less the depth: the session may have ended. */
  private static final int UNSURE = -2;

  // Scopes hold no reference to one another and nothing holds one to them, so that the compiler can
  // do without the object. For the same reason neither a scope nor its session is handed to code
  // that is not compiled into its caller. The scopes of an arena know their order by depth.
  private final NativeArena arena;
  private final Thread owner = Thread.currentThread();

  /**
   * Confined to the owner. It ends the segments' lives and knows whether native code still uses
   * one.
   */
  private final Arena session;

  /** All memory, bound to the session. */
  private final MemorySegment memory;

  /** Null unless this scope is watched for being abandoned. Nothing else holds it. */
  private final TrackedScope.@Nullable Token token;

  private final long startOffset;
  private final long startFallbackPosition;
  private final int outerDepth;

  private final long base;
  private final long end;

  /** The address where the next allocation starts. The header's offset is never below it. */
  private long position;

  /** The arena's depth while this scope is the innermost; closed, a depth that no arena has. */
  private int depth;

  /** The segments are dead, but a scope that a clean-up action opened kept this one open. */
  private boolean sessionEnded;

  /**
   * A scope that is about to be opened.
   *
   * @param startOffset the arena's offset, to rewind to
   * @param startFallbackPosition the arena's bytes in use in chunks, to rewind to
   * @param depth the arena's depth once the scope is open
   * @param outerDepth the depth of the scope around this one, 0 if there is none
   */
  ArenaScope(
      NativeArena arena,
      Arena session,
      MemorySegment memory,
      TrackedScope.@Nullable Token token,
      long startOffset,
      long startFallbackPosition,
      int depth,
      int outerDepth) {
    this.arena = arena;
    this.session = session;
    this.memory = memory;
    this.token = token;
    this.startOffset = startOffset;
    this.startFallbackPosition = startFallbackPosition;
    this.depth = depth;
    this.outerDepth = outerDepth;
    base = arena.base;
    end = base + arena.capacity;
    position = base + startOffset;
  }

  /**
   * Allocates zeroed memory.
   *
   * @param byteSize size, 0 or more
   * @param byteAlignment a power of two, at most 2 MiB
   * @return a segment that lives until this scope closes
   * @throws ArenaOverflowException if it does not fit and the overflow strategy does not serve it;
   *     the scope stays as it was
   * @throws IllegalArgumentException if the size or the alignment is not allowed
   * @throws IllegalStateException if this scope is closed, or another one is open inside it
   * @throws WrongThreadException if another thread opened this scope
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    MemorySegment segment = allocateUninitialized(byteSize, byteAlignment);
    if (byteSize < CLEARED_NATIVELY_BYTES) {
      return segment.fill((byte) 0);
    }
    SystemMemory.clear(segment.address(), byteSize);
    return segment;
  }

  /**
   * This scope as an allocator that does not clear, for memory that is written before it is read.
   * What it allocates holds whatever was there before, and otherwise is as {@link #allocate(long,
   * long)} says.
   *
   * @return an allocator, usable as long as this scope
   */
  public SegmentAllocator uninitialized() {
    return this::allocateUninitialized;
  }

  private MemorySegment allocateUninitialized(long byteSize, long byteAlignment) {
    requireUsable();
    if (byteSize < 0
        || byteAlignment <= 0
        || byteAlignment > ALIGNMENT_BYTES_MAX
        || (byteAlignment & (byteAlignment - 1)) != 0) {
      throw invalid(byteSize, byteAlignment);
    }
    // User addresses end far below 2^63, so only the end could wrap: hence the size is compared
    // with what is left.
    long start = (position + byteAlignment - 1) & -byteAlignment;
    if (byteSize > end - start) {
      start = arena.overflow(byteSize, byteAlignment, end - position);
      // A logger or a listener was told, and may have closed this scope.
      requireUsable();
    } else {
      long next = start + byteSize;
      arena.bump(next - base); // header first
      position = next;
    }
    return memory.asSlice(start, byteSize);
  }

  /**
   * What is left of the arena. An allocation of that size fits if its alignment leaves no gap; a
   * larger one overflows.
   *
   * @return a size in bytes
   * @throws IllegalStateException if this scope is closed, or another one is open inside it
   * @throws WrongThreadException if another thread opened this scope
   */
  public long availableBytes() {
    requireUsable();
    return end - position;
  }

  /**
   * The lifetime of this scope's segments. May be called by any thread, and after the close.
   *
   * @return a scope that is alive until {@link #close()}
   */
  @Override
  public MemorySegment.Scope scope() {
    return session.scope();
  }

  /**
   * Ends the lives of this scope's segments and gives their memory back. Not idempotent: a second
   * call throws. A call that throws because the scope may not be closed changes nothing.
   *
   * @throws IllegalStateException if this scope is closed already, if another one is open inside
   *     it, or if native code that Java called is still using one of its segments
   * @throws WrongThreadException if another thread opened this scope
   * @throws RuntimeException what a clean-up action throws that was bound to one of its segments;
   *     the scope is closed then
   */
  @Override
  public void close() {
    // A local variable, since the compiler inlines no more than 325 bytes of this.
    NativeArena arena = this.arena;
    // One branch for all that is out of the ordinary, since each one takes room in compiled code.
    if (Thread.currentThread() != owner
        || ((arena.depth ^ depth) | (arena.unsettledDepth ^ NativeArena.SETTLED)) != 0) {
      requireClosable();
    }
    Throwable failure = null;
    try {
      session.close();
    } catch (VirtualMachineError e) {
      // The session may have ended or not, and to ask it there may be no stack left. Nor is there
      // stack to call a method that notes what the arena has to know when it finds out.
      if (depth != CLOSED) {
        arena.closingSession = session;
        arena.closingDepth = depth;
        arena.closingStartOffset = startOffset;
        arena.closingOuterDepth = outerDepth;
        arena.unsettledDepth = NativeArena.UNSURE;
        depth = UNSURE - depth;
      }
      throw e;
    } catch (Throwable e) {
      // A clean-up action that was bound to this scope failed, after the end; or the session
      // refused to end.
      failure = e;
    }
    // A clean-up action that calls close gets here first.
    if (depth != CLOSED && (failure == null || !session.scope().isAlive())) {
      if (arena.depth != depth) {
        throw scopeLeftOpen(failure);
      }
      int headerDepth = depth - 1;
      long offset = startOffset < arena.floor ? arena.floor : startOffset;
      // Fields before header. They are stored here, not by a method, since calling one can
      // overflow the stack, and a depth that stayed behind would keep the scopes around this one
      // from closing.
      depth = CLOSED;
      arena.unsettledDepth = headerDepth;
      arena.settledOffset = offset;
      arena.depth = outerDepth;
      if (token != null) {
        token.scope.isOpen = false;
        arena.innermostTracked = token.scope.outer;
      }
      arena.rewind(
          position - base, offset, headerDepth, outerDepth, startOffset, startFallbackPosition);
      if (token != null) {
        ScopeTracking.forget(token.scope);
      }
    }
    if (failure != null) {
      rethrow(failure);
    }
  }

  private void requireClosable() {
    requireUsable();
    if (arena.unsettledDepth != NativeArena.SETTLED) {
      // The close of a scope inside this one failed half-way: what it held is given back here.
      position = base + arena.headerOffset();
    }
  }

  private IllegalStateException scopeLeftOpen(@Nullable Throwable failure) {
    sessionEnded = true;
    return new IllegalStateException(
        "A clean-up action of this scope left another scope open; close that one, and then this one"
            + " again",
        failure);
  }

  /** Passes on what the session's close threw, unless it is that the session had ended before. */
  private void rethrow(Throwable failure) {
    if (!sessionEnded) {
      throw ArenaScope.<RuntimeException>unchecked(failure);
    }
  }

  /** What a session's close throws is unchecked, or an action's that hid it from the compiler. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // That it is no T is the point.
  private static <T extends Throwable> T unchecked(Throwable failure) throws T {
    throw (T) failure;
  }

  NativeArena usableArena() {
    requireUsable();
    return arena;
  }

  private void requireUsable() {
    if (Thread.currentThread() != owner) {
      throw new WrongThreadException("This scope belongs to thread " + owner);
    }
    if (arena.depth != depth) {
      if (depth <= UNSURE) {
        depth = session.scope().isAlive() ? UNSURE - depth : CLOSED;
      }
      if (depth == CLOSED) {
        throw new IllegalStateException("This scope is closed already");
      }
      position = base + arena.requireInnermost(depth);
    }
  }

  private static IllegalArgumentException invalid(long byteSize, long byteAlignment) {
    return new IllegalArgumentException(
        byteSize < 0
            ? "byteSize is %d; allowed is 0 or more".formatted(byteSize)
            : "byteAlignment is %d; allowed is a power of two from 1 to %d"
                .formatted(byteAlignment, ALIGNMENT_BYTES_MAX));
  }

  // The defaults of these allocate cleared memory only to fill all of it. Those that take arrays
  // and a string without a charset come down to these.

  @Override
  public MemorySegment allocateFrom(String str, Charset charset) {
    return uninitialized().allocateFrom(str, charset);
  }

  @Override
  public MemorySegment allocateFrom(ValueLayout.OfByte layout, byte value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(ValueLayout.OfChar layout, char value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(ValueLayout.OfShort layout, short value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(ValueLayout.OfInt layout, int value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(ValueLayout.OfFloat layout, float value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(ValueLayout.OfLong layout, long value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(ValueLayout.OfDouble layout, double value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(AddressLayout layout, MemorySegment value) {
    return uninitialized().allocateFrom(layout, value);
  }

  @Override
  public MemorySegment allocateFrom(
      ValueLayout elementLayout,
      MemorySegment source,
      ValueLayout sourceElementLayout,
      long sourceOffset,
      long elementCount) {
    return uninitialized()
        .allocateFrom(elementLayout, source, sourceElementLayout, sourceOffset, elementCount);
  }
}
