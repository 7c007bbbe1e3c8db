package dev.engram.arena;

import dev.engram.arena.internal.ScopeAccess;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;

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
    ScopeAccess.install(ArenaScope::header);
  }

  // Scopes hold no reference to one another and nothing holds one to them, so that the compiler can
  // do without the object. The scopes of an arena know their order by depth.
  private final NativeArena arena;
  private final Thread owner = Thread.currentThread();

  /**
   * Confined to the owner. It ends the segments' lives and knows whether native code still uses
   * one.
   */
  private final Arena session;

  /** The whole of the arena's region, bound to the session. */
  private final MemorySegment region;

  private final long startOffset;
  private final long startFallbackPosition;
  private final int depth;
  private final int outerDepth;

  /** Depth does not tell a closed scope from the one that was opened next. */
  private boolean open = true;

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
      MemorySegment region,
      long startOffset,
      long startFallbackPosition,
      int depth,
      int outerDepth) {
    this.arena = arena;
    this.session = session;
    this.region = region;
    this.startOffset = startOffset;
    this.startFallbackPosition = startFallbackPosition;
    this.depth = depth;
    this.outerDepth = outerDepth;
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
    return allocateUninitialized(byteSize, byteAlignment).fill((byte) 0);
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
    long start = arena.bump(byteSize, byteAlignment);
    return start >= 0
        ? region.asSlice(start, byteSize)
        : arena.overflow(byteSize, byteAlignment, session);
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
    return arena.availableBytes();
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
   */
  @Override
  public void close() {
    requireUsable();
    boolean ended = false;
    try {
      session.close();
      ended = true;
    } catch (Throwable failure) {
      // A clean-up action that was bound to this scope failed, after the end; or the session
      // refused to end.
      ended = !session.scope().isAlive();
      throw failure;
    } finally {
      // A clean-up action that calls close gets here first.
      if (ended && open) {
        open = false;
        // Fields before header. They are stored here, not by a method, since calling one can
        // overflow the stack, and a depth that stayed behind would keep the scopes around this one
        // from closing.
        arena.offset = startOffset;
        arena.depth = outerDepth;
        arena.unsettled = true;
        arena.rewindHeader(startFallbackPosition, depth - 1);
      }
    }
  }

  private MemorySegment header() {
    requireUsable();
    return arena.headerSegment();
  }

  private void requireUsable() {
    if (Thread.currentThread() != owner) {
      throw new WrongThreadException("This scope belongs to thread " + owner);
    }
    if (!open || arena.depth != depth) {
      throw new IllegalStateException(
          open
              ? "A scope that was opened inside this one is still open; close it first"
              : "This scope is closed already");
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
