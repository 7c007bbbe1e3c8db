package dev.engram.arena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Java's side of one native arena. There is one for each header, for as long as the process lives,
 * bound to whoever owns the header and used by that owner only.
 *
 * <p>The innermost scope bumps a position of its own and writes it through to the header, where
 * native code finds it. At every instant the header's offset is at least the position. A stack
 * overflow or out-of-memory error between two stores therefore never lets anyone allocate over live
 * data, it only leaves the header ahead. While several of its fields change together, {@link
 * #unsettledDepth} is set; whoever finds it set brings the header back to what the fields say.
 *
 * <p>A scope starts from the header, not from the scope around it. So it lies above what native
 * code holds that called back into Java, or that allocated without a mark. While a scope is the
 * innermost, native code that it calls leaves the offset as it found it.
 *
 * <p>Of the header's other fields there are copies here. One word of the header, {@link #quiet},
 * tells whether they are good and nothing is asked of the owner; if it does not, the slow way is
 * taken.
 */
final class NativeArena extends OwnedArena {
  /** Of {@link #depth}: the scope was left the innermost when an abandoned one was closed. */
  static final int RESUMED = Integer.MIN_VALUE;

  static final int SETTLED = -1;

  /** Of {@link #unsettledDepth}: the session of the innermost scope may have ended. */
  static final int UNSURE = -2;

  /** No header has this word when all is quiet, since here something is asked. */
  private static final long NEVER = -1;

  private final long headerNumber;
  final ArenaCalls calls;

  /** What scopes hold that were never closed. */
  final AbandonedMemory abandoned = new AbandonedMemory(this);

  private final RecordedScopes recorded = new RecordedScopes();

  // Copies of header fields.

  long base;
  long capacity;
  private long fallbackPosition;
  private boolean zeroedOnReset;

  /** The header's word of requests and revision while the copies are good and nothing is asked. */
  private long quiet = NEVER;

  /** What {@link #quiet} would be if there were no other reason for the slow way. */
  private long seen = NEVER;

  /** The header's epoch when {@link #seen} was read. */
  private long seenEpoch;

  /** An epoch may have been entered since {@link #seen} was read, which is one revision. */
  private boolean enteringEpoch;

  // The next ones are written by ArenaScope.close too, which says why it does not call a method.

  /** The header's depth when the newest open scope had been opened; 0 if none is open. */
  int depth;

  /** The depth that the header is to have, while it may not; else SETTLED. */
  int unsettledDepth = SETTLED;

  /** The offset that the header is to have, while {@link #unsettledDepth} is set. */
  long settledOffset;

  /** Below it lies what abandoned scopes hold; 0 if they hold nothing. */
  long floor;

  @Nullable TrackedScope innermostTracked;

  // What is needed to close the innermost scope while it is unsure whether its session has ended.
  @Nullable Arena closingSession;
  int closingDepth;
  long closingStartOffset;
  int closingOuterDepth;

  /** The scope count from which on the next scope is watched. */
  private long nextTracked = Long.MIN_VALUE;

  NativeArena(long headerAddress) {
    headerNumber = ArenaHeader.number(headerAddress);
    calls = new ArenaCalls(headerAddress);
  }

  /**
   * Makes a thread the owner. Whatever its predecessor left here is void: that thread, or its
   * lease, has ended.
   */
  void bind(Thread owner) {
    belongTo(owner);
    depth = 0;
    unsettledDepth = SETTLED;
    closingSession = null;
    quiet = NEVER;
    innermostTracked = null;
    abandoned.countBesideMarks();
    abandoned.forget();
    recorded.forget();
    watchAnew();
    startCounting(header());
  }

  long header() {
    return ArenaHeader.address(headerNumber);
  }

  /** Open scopes once what failed half-way has been put right. */
  int settledScopes() {
    if (unsettledDepth != SETTLED) {
      settle();
    }
    return openScopes();
  }

  /** Open scopes, marks of native code below the newest one included. */
  int openScopes() {
    return depth & ~RESUMED;
  }

  /** Opens a scope of the calling thread, the owner. A lease that fails to open its first ends. */
  ArenaScope open() {
    try {
      return openScope();
    } catch (Throwable failure) {
      endLeaseIfIdle();
      throw failure;
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // The scope that the session is made for closes it.
  private ArenaScope openScope() {
    long header = ArenaHeader.address(headerNumber);
    if (unsettledDepth != SETTLED) {
      settle();
    }
    TrackedScope.Token token = ArenaHeader.scopeCount(header) >= nextTracked ? track() : null;
    Arena session = Arena.ofConfined();
    MemorySegment memory = NativeMemory.all(session);
    if (token != null && token.ofSession != null) {
      NativeMemory.attach(session, token.ofSession);
    }
    long offset = ArenaHeader.offsetBytes(header);
    int outerHeaderDepth = ArenaHeader.depth(header);
    settledOffset = offset;
    unsettledDepth = outerHeaderDepth;
    // Depth before requests: who asks, and then sees depth 0, knows that the request will be seen.
    ArenaHeader.setDepth(header, outerHeaderDepth + 1);
    boolean counted = false;
    if (ArenaHeader.requestsAndRevision(header) != quiet) {
      counted = enter(header);
      offset = settledOffset;
      outerHeaderDepth = unsettledDepth;
    }
    int scopeDepth = outerHeaderDepth + 1;
    ArenaScope scope =
        new ArenaScope(this, session, memory, token, offset, fallbackPosition, scopeDepth, depth);
    if (!counted) {
      addScope(header);
    }
    if (token != null) {
      token.scope.open(depth, scopeDepth, offset, fallbackPosition);
    }
    // All objects are made and all calls done. Before this, there is nothing to close.
    depth = scopeDepth;
    unsettledDepth = SETTLED;
    return scope;
  }

  /**
   * What opening needs when something is asked of the owner, or the copies are stale. The mark has
   * been announced, at {@code unsettledDepth + 1}, and is when this returns.
   *
   * @return whether native code has opened the mark, and counted it
   * @throws ArenaOverflowException if the arena lost its region and there is no other
   */
  private boolean enter(long header) {
    int requests = ArenaHeader.requests(header);
    boolean lookUp = (requests & ArenaHeader.LOOK_UP) != 0 || abandoned.isWaiting();
    if (lookUp || (requests != 0 && unsettledDepth == 0)) {
      ArenaHeader.releaseDepth(header, unsettledDepth);
      unsettledDepth = SETTLED;
      if (lookUp) {
        lookUp();
      }
      int headerDepth = ArenaHeader.depth(header);
      if (headerDepth == 0) {
        markNatively(header);
        recorded.opens(header, 1);
        return true;
      }
      unsettledDepth = headerDepth;
      ArenaHeader.setDepth(header, headerDepth + 1);
    }
    refresh(header);
    settledOffset = Math.max(ArenaHeader.offsetBytes(header), Math.min(floor, capacity));
    ArenaHeader.setOffsetBytes(header, settledOffset);
    recorded.opens(header, unsettledDepth + 1);
    return false;
  }

  /** Has native code obey what is asked, and open the outermost mark. */
  private void markNatively(long header) {
    // Before the call: should the stack overflow after it, the mark that it opened is to go.
    settledOffset = headerOffset();
    unsettledDepth = 0;
    settledOffset = calls.mark();
    refresh(header);
  }

  /** Where the header says that the arena is at. */
  long headerOffset() {
    return ArenaHeader.offsetBytes(header());
  }

  /**
   * Takes the bytes below {@code offset}, for the innermost scope.
   *
   * @param offset where the allocation ends, from the start of the region
   */
  void bump(long offset) {
    ArenaHeader.bump(ArenaHeader.address(headerNumber), offset);
  }

  /**
   * Allocates what does not fit, as the overflow strategy says, and returns its address.
   *
   * @throws ArenaOverflowException if the strategy does not serve it, or the system has no memory
   */
  long overflow(long byteSize, long byteAlignment, long availableBytes) {
    boolean served = calls.allocate(byteSize, byteAlignment);
    refresh(header());
    if (!served) {
      throw calls.refusal(byteSize);
    }
    return calls.addressOfServed(byteSize, availableBytes, capacity);
  }

  /**
   * Lets a scope go on that was not the innermost, if what was opened inside it is abandoned, and
   * returns the offset at which it does.
   *
   * @throws IllegalStateException if a scope inside it may still be closed
   */
  long requireInnermost(int scopeDepth) {
    if (unsettledDepth != SETTLED) {
      settle();
    }
    if (depth != (scopeDepth | RESUMED)) {
      lookUp();
    }
    if (openScopes() != scopeDepth) {
      throw new IllegalStateException(
          "A scope that was opened inside this one is still open; close it first");
    }
    depth = scopeDepth;
    return headerOffset();
  }

  /**
   * Brings the header to where a closing scope has already brought {@link #settledOffset}, {@link
   * #unsettledDepth} and {@link #depth}, which are passed as well, since the compiler may know
   * them. Counts as {@code engram_arena_rewind} documents. Ends a lease with its outermost scope.
   *
   * @param end the offset that the scope reached
   */
  void rewind(
      long end,
      long offset,
      int headerDepth,
      int outerDepth,
      long startOffset,
      long startFallbackPosition) {
    long header = ArenaHeader.address(headerNumber);
    if (ArenaHeader.requestsAndRevision(header) == quiet) {
      rewindHeader(header, end, offset, headerDepth);
    } else {
      rewindSlowly(header, startOffset, startFallbackPosition);
    }
    unsettledDepth = SETTLED;
    if (lessee != null && outerDepth == 0) {
      endLeaseIfIdle();
    }
  }

  private void rewindSlowly(long header, long startOffset, long startFallbackPosition) {
    if ((ArenaHeader.requests(header) & ~ArenaHeader.LOOK_UP) != 0) {
      serveUnderMark();
    }
    refresh(header);
    long start = startOffset + startFallbackPosition;
    recorded.closes(header, unsettledDepth + 1, start, lessee != null);
    if (abandoned.holdsMemory()) {
      abandoned.close(startOffset, startFallbackPosition, unsettledDepth);
    } else {
      rewindTo(settledOffset, startFallbackPosition, unsettledDepth);
    }
  }

  /** Enters a metrics epoch that may have begun, with what is in use until now. All else waits. */
  void serveUnderMark() {
    enteringEpoch = true;
    calls.serve();
  }

  /** Rewinds the header to a position, and closes the marks above a depth. */
  void rewindTo(long offset, long toFallbackPosition, int headerDepth) {
    long header = header();
    if (!zeroedOnReset && ArenaHeader.fallbackPositionBytes(header) <= toFallbackPosition) {
      rewindHeader(header, ArenaHeader.offsetBytes(header), offset, headerDepth);
      return;
    }
    // That is the depth already, unless the close of a scope inside this one failed half-way.
    ArenaHeader.setDepth(header, headerDepth + 1);
    calls.rewind(offset, toFallbackPosition);
    refresh(header);
  }

  private void rewindHeader(long header, long end, long offset, int headerDepth) {
    addRewind(header, end, offset, headerDepth == 0);
    ArenaHeader.lowerOffsetBytes(header, offset);
    ArenaHeader.releaseDepth(header, headerDepth);
  }

  /** Brings the header to where an open or a close that failed half-way should have left it. */
  private void settle() {
    abandoned.handOver();
    Arena session = closingSession;
    if (unsettledDepth == UNSURE && session != null) {
      if (session.scope().isAlive()) {
        unsettledDepth = SETTLED;
        closingSession = null;
        return;
      }
      finishClosing();
    }
    long header = header();
    int target = Math.max(unsettledDepth, abandoned.retainedMarks());
    // At the target others may be serving the arena already, and only the depth can be left to do.
    if (ArenaHeader.depth(header) > target) {
      settleMarks(header, target);
    }
    quiet = NEVER;
    unsettledDepth = SETTLED;
  }

  private void settleMarks(long header, int target) {
    long offset = Math.min(settledOffset, ArenaHeader.offsetBytes(header));
    if (abandoned.holdsMemory()) {
      refresh(header);
      abandoned.close(offset, keptChunks(header, target), target);
      return;
    }
    // Native code that was here since may hold memory. How much of what lies above is its own
    // cannot be told; its rewind gives all of it back.
    long word = ArenaHeader.quiet(ArenaHeader.requestsAndRevision(header));
    boolean entered = enteringEpoch && ArenaHeader.epoch(header) != seenEpoch;
    if (word == seen || (entered && word == ArenaHeader.afterOneRevision(seen))) {
      rewindTo(offset, keptChunks(header, target), target);
    }
    ArenaHeader.releaseDepth(header, target);
  }

  /** What chunks the failed close of an inner scope left, the scope around it frees. */
  private static long keptChunks(long header, int target) {
    return target == 0 ? 0 : ArenaHeader.fallbackPositionBytes(header);
  }

  /** Does to the fields what the close of the innermost scope has not come to. */
  private void finishClosing() {
    int scopeDepth = closingDepth;
    TrackedScope tracked = innermostTracked;
    long offset = Math.max(closingStartOffset, floor);
    // As in ArenaScope.close, nothing is called from here on.
    if (tracked != null && tracked.depth == scopeDepth) {
      tracked.isOpen = false;
      innermostTracked = tracked.outer;
    }
    settledOffset = offset;
    depth = closingOuterDepth;
    unsettledDepth = scopeDepth - 1;
    closingSession = null;
  }

  /** Copies what may have changed. For an owner who has a mark open or announced. */
  void refresh(long header) {
    long revision = ArenaHeader.revision(header);
    long epoch = ArenaHeader.epoch(header);
    base = ArenaHeader.base(header);
    capacity = ArenaHeader.capacityBytes(header);
    fallbackPosition = ArenaHeader.fallbackPositionBytes(header);
    zeroedOnReset = ArenaHeader.isZeroedOnReset(header);
    refreshEpoch(header);
    // What the slow way is needed for in any case.
    boolean slow =
        zeroedOnReset
            || fallbackPosition != 0
            || abandoned.holdsMemory()
            || abandoned.isWaiting()
            || FlightEvents.areScopesRecorded();
    // All of it or nothing, so no calls from here on: by these a close that failed half-way tells
    // what native code has done since.
    seen = revision;
    seenEpoch = epoch;
    enteringEpoch = false;
    quiet = slow ? NEVER : revision;
  }

  private TrackedScope.@Nullable Token track() {
    nextTracked = ScopeTracking.nextAfter(ArenaHeader.scopeCount(header()), abandoned.wereFound());
    return ScopeTracking.track(this, abandoned.wereFound());
  }

  /** Has the next scope find out how many are to be watched. */
  void watchAnew() {
    nextTracked = Long.MIN_VALUE;
  }

  /** Closes abandoned scopes that no open one is in. */
  private void lookUp() {
    long header = header();
    ArenaHeader.clearLookUp(header);
    watchAnew();
    // Without a mark no scope is open, and others may be serving the arena.
    if (ArenaHeader.depth(header) != 0) {
      refresh(header);
      abandoned.recover();
    }
  }

  /** Has native code obey what is asked. For an owner without an open scope. */
  void serveRequests() {
    calls.serve();
    quiet = NEVER;
    refreshEpoch(header());
  }

  private void endLeaseIfIdle() {
    ThreadArenas.Slot slot = lessee;
    if (depth == 0 && slot != null && !abandoned.holdsMemory()) {
      if (unsettledDepth != SETTLED) {
        settle();
      }
      ThreadArenas.endLease(this, slot);
    }
  }
}
