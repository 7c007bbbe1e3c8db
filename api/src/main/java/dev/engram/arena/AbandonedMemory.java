package dev.engram.arena;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What scopes of one arena hold that were abandoned: never closed, and unreachable by now. For the
 * arena's owner.
 *
 * <p>Somebody may still read their segments. So what they hold is neither overwritten nor wiped: as
 * long as other scopes are open these go on above it, and then the region is set aside with what is
 * in it, until none of the segments can be reached any more. Where there is no fresh region to go
 * on with, the arena goes on above, and keeps a mark open for what lies below, since an arena
 * without a mark is others' to empty.
 */
final class AbandonedMemory {
  /** An attempt to set a region aside that fails costs system calls: no scope's close pays much. */
  private static final int ATTEMPT_INTERVAL_MAX = 1023;

  /** Another number with each change of the settings. */
  private static volatile int settings;

  private final NativeArena arena;

  /** Closed for their owners, but their segments may still be read. */
  private final List<TrackedScope> held = new ArrayList<>();

  /** Scopes that were closed here and are not among the header's abandoned ones yet. */
  private int uncounted;

  /** Marks that the header keeps for {@link #held} while no scope is open. */
  private int retainedMarks;

  /** What to rewind to when the retained marks can go. */
  private long bottom;

  private long bottomFallbackPosition;

  /** Chunks below it are held. */
  private long fallbackFloor;

  private boolean found;

  /** A region that is being set aside, until that is noted in these fields. */
  private @Nullable QuarantinedRegion pending;

  /** Closes until it is next tried to set the region aside. */
  private int closesToAttempt;

  /** The closes between the last attempts that failed: each time twice as many. */
  private int attemptInterval;

  private int settingsAtAttempt;

  /** There is an abandoned scope around open ones. */
  private boolean waiting;

  AbandonedMemory(NativeArena arena) {
    this.arena = arena;
  }

  /** There may be a fresh region where there was none. One call at a time. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // For the configuring thread, under its lock.
  static void settingsChanged() {
    settings++;
  }

  /** The arena has a new owner, and nobody can read what the last one's scopes held. */
  void forget() {
    held.clear();
    uncounted = 0;
    retainedMarks = 0;
    arena.floor = 0;
    fallbackFloor = 0;
    found = false;
    waiting = false;
    closesToAttempt = 0;
    attemptInterval = 0;
  }

  /** Whether scopes of this owner were abandoned before. */
  boolean wereFound() {
    return found;
  }

  boolean holdsMemory() {
    return !held.isEmpty() || retainedMarks != 0;
  }

  /** Whether a scope is to be closed as soon as those inside it are. */
  boolean isWaiting() {
    return waiting;
  }

  int retainedMarks() {
    return retainedMarks;
  }

  /** Closes the innermost scopes that are abandoned. */
  void recover() {
    dropUnreadable();
    TrackedScope scope = arena.innermostTracked;
    while (scope != null && isInnermost(scope) && scope.isUnreachable()) {
      close(scope);
      scope = arena.innermostTracked;
    }
    boolean unreachable = false;
    for (; scope != null; scope = scope.outer) {
      unreachable |= scope.isUnreachable();
    }
    waiting = unreachable;
  }

  /** Native code that called back into Java may have a mark open in it. */
  private boolean isInnermost(TrackedScope scope) {
    return scope.depth == arena.openScopes() && scope.depth == ArenaHeader.depth(arena.header());
  }

  private void close(TrackedScope scope) {
    found = true;
    if (!scope.isUnreadable() && !held.contains(scope)) {
      hold(scope);
    }
    long header = arena.header();
    boolean free = held.isEmpty();
    long offset = free ? scope.startOffset : ArenaHeader.offsetBytes(header);
    int outerDepth = scope.outerDepth;
    int headerDepth = scope.depth - 1;
    // As in ArenaScope.close, nothing is called before all fields are as they shall be.
    uncounted++;
    arena.innermostTracked = scope.outer;
    arena.depth = outerDepth == 0 ? 0 : outerDepth | NativeArena.RESUMED;
    arena.floor = free ? 0 : offset;
    arena.settledOffset = offset;
    arena.unsettledDepth = headerDepth;
    close(scope.startOffset, scope.startFallbackPosition, headerDepth);
    arena.unsettledDepth = NativeArena.SETTLED;
  }

  private void hold(TrackedScope scope) {
    fallbackFloor = ArenaHeader.fallbackPositionBytes(arena.header());
    ScopeTracking.watchSegments(scope);
    held.add(scope);
  }

  /**
   * Rewinds as far as can be when a scope closes.
   *
   * @param startOffset the offset when it was opened
   * @param startFallbackPosition the bytes in use in chunks when it was opened
   * @param headerDepth the header's depth without the scope
   */
  void close(long startOffset, long startFallbackPosition, int headerDepth) {
    dropUnreadable();
    boolean last = arena.depth == 0 && headerDepth == retainedMarks;
    if (held.isEmpty() || !last) {
      arena.rewindTo(
          Math.max(startOffset, arena.floor),
          Math.max(startFallbackPosition, fallbackFloor),
          headerDepth);
      arena.refresh(arena.header());
      if (last) {
        giveBackRetained();
      }
    } else {
      if (retainedMarks == 0) {
        bottom = startOffset;
        bottomFallbackPosition = startFallbackPosition;
      }
      setAside();
    }
  }

  /** Once all segments are dead nothing stands in the way of rewinding. */
  private void dropUnreadable() {
    held.removeIf(TrackedScope::isUnreadable);
    if (held.isEmpty()) {
      arena.floor = 0;
      fallbackFloor = 0;
      if (retainedMarks == 0 && uncounted != 0) {
        ArenaHeader.addAbandoned(arena.header(), uncounted);
        uncounted = 0;
      } else if (arena.depth == 0) {
        giveBackRetained();
      }
    }
  }

  private void giveBackRetained() {
    if (retainedMarks != 0 && ArenaHeader.depth(arena.header()) == retainedMarks) {
      long header = arena.header();
      ArenaHeader.addAbandoned(header, uncounted);
      // Nothing is called before all of this is stored. Then the owner's next step would do the
      // rest.
      uncounted = 0;
      arena.settledOffset = bottom;
      arena.unsettledDepth = 0;
      retainedMarks = 0;
      arena.rewindTo(bottom, bottomFallbackPosition, 0);
      arena.unsettledDepth = NativeArena.SETTLED;
    }
  }

  /** Only abandoned scopes have a hold on the region. */
  private void setAside() {
    long header = arena.header();
    retainMarks();
    if (isAttemptDue()) {
      quarantine();
    }
    if (!held.isEmpty()) {
      arena.rewindTo(arena.floor, fallbackFloor, retainedMarks);
    }
    arena.refresh(header);
  }

  /** Where there was no fresh region, there seldom is one when the next scope closes. */
  private boolean isAttemptDue() {
    if (closesToAttempt == 0 || settings != settingsAtAttempt) {
      return true;
    }
    closesToAttempt--;
    return false;
  }

  /** The native side counts the marks that it finds open; and while one is, others keep off. */
  private void retainMarks() {
    retainedMarks = uncounted;
    ArenaHeader.setDepth(arena.header(), retainedMarks);
  }

  /**
   * What comes before the region is set aside. Should an error come out of that call or follow it,
   * the owner's next step finds here what there is left to do.
   */
  QuarantinedRegion announce() {
    retainMarks();
    QuarantinedRegion region = new QuarantinedRegion(held);
    region.releaseWhenUnreadable();
    pending = region;
    return region;
  }

  private void quarantine() {
    settingsAtAttempt = settings;
    QuarantinedRegion region = announce();
    boolean done = region.take(arena.calls.header());
    // As in ArenaCalls.mark.
    if (!done && ThreadArenas.returnIdleLeases()) {
      done = region.take(arena.calls.header());
    }
    attemptInterval = done ? 0 : Math.min(2 * attemptInterval + 1, ATTEMPT_INTERVAL_MAX);
    closesToAttempt = attemptInterval;
    handOver();
  }

  /** Takes note of a region that was set aside. Does nothing if that has been done. */
  void handOver() {
    QuarantinedRegion region = pending;
    if (region == null) {
      return;
    }
    if (region.isTaken()) {
      held.clear();
      uncounted = 0;
      retainedMarks = 0;
      arena.floor = 0;
      fallbackFloor = 0;
      // Again: it may have become unreadable before it was taken.
      region.releaseWhenUnreadable();
    }
    pending = null;
  }

  /**
   * Counts what the header's open marks do not stand for, when their owner is gone. Any thread, in
   * the owner's place.
   */
  void countBesideMarks() {
    handOver();
    if (retainedMarks == 0) {
      ArenaHeader.addAbandoned(arena.header(), uncounted);
      uncounted = 0;
    }
  }
}
