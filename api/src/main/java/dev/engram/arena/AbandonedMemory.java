package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

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

  /** There is an abandoned scope around open ones. */
  private boolean waiting;

  AbandonedMemory(NativeArena arena) {
    this.arena = arena;
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
      int counted = uncounted;
      retainedMarks = 0;
      uncounted = 0;
      ArenaHeader.addAbandoned(arena.header(), counted);
      arena.rewindTo(bottom, bottomFallbackPosition, 0);
    }
  }

  /** Only abandoned scopes have a hold on the region. */
  private void setAside() {
    long header = arena.header();
    List<TrackedScope> all = List.copyOf(held);
    // The native side counts the marks that it finds open; and while one is, others keep off.
    retainedMarks = uncounted;
    ArenaHeader.setDepth(header, retainedMarks);
    MemorySegment quarantined = quarantine();
    if (quarantined.address() == 0) {
      arena.rewindTo(arena.floor, fallbackFloor, retainedMarks);
    } else {
      held.clear();
      uncounted = 0;
      retainedMarks = 0;
      arena.floor = 0;
      fallbackFloor = 0;
      releaseWhenUnreadable(quarantined, all);
    }
    arena.refresh(header);
  }

  /** Null if there is no fresh region. */
  private MemorySegment quarantine() {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment quarantined = frame.allocate(ValueLayout.ADDRESS);
      boolean done = quarantine(quarantined);
      // Native code cannot take the regions of leases that Java keeps.
      if (!done && ThreadArenas.returnIdleLeases()) {
        done = quarantine(quarantined);
      }
      return done ? quarantined.get(ValueLayout.ADDRESS, 0) : MemorySegment.NULL;
    }
  }

  private boolean quarantine(MemorySegment quarantined) {
    return Status.isOk(
        engram_arena_h.engram_quarantine_arena(
            arena.headerSegment(), quarantined, MemorySegment.NULL));
  }

  private static void releaseWhenUnreadable(MemorySegment quarantined, List<TrackedScope> scopes) {
    AtomicInteger readable = new AtomicInteger(scopes.size());
    for (TrackedScope scope : scopes) {
      scope.whenUnreadable(() -> {
        if (readable.decrementAndGet() == 0) {
          Status.requireOk(
              engram_arena_h.engram_release_quarantined(quarantined), "engram_release_quarantined");
        }
      });
    }
  }

  /**
   * Counts what the header's open marks do not stand for, when their owner is gone. Any thread, in
   * the owner's place.
   */
  void countBesideMarks() {
    if (retainedMarks == 0) {
      ArenaHeader.addAbandoned(arena.header(), uncounted);
      uncounted = 0;
    }
  }
}
