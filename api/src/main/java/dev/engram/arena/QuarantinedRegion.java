package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A region that is about to be set aside, or has been, with what abandoned scopes hold in it. All
 * that it needs is made before it is taken, and each step after that may be repeated, so that no
 * error in between loses the region. Thread-safe, but for {@link #take}.
 */
final class QuarantinedRegion implements Runnable {
  private final List<TrackedScope> scopes;

  /** Where native code writes what stands for the region; null until it is taken. */
  private final MemorySegment quarantined = Arena.ofAuto().allocate(ValueLayout.ADDRESS);

  private boolean released;

  QuarantinedRegion(List<TrackedScope> held) {
    scopes = List.copyOf(held);
  }

  /** Sets the region of an arena aside. For the arena's owner. */
  boolean take(MemorySegment header) {
    return Status.isOk(
        engram_arena_h.engram_quarantine_arena(header, quarantined, MemorySegment.NULL));
  }

  /** Also after an error that came out of {@link #take}. */
  boolean isTaken() {
    return quarantined.get(ValueLayout.ADDRESS, 0).address() != 0;
  }

  /** Has it released as soon as nobody can read it any more, if it is taken then. */
  void releaseWhenUnreadable() {
    for (TrackedScope scope : scopes) {
      scope.whenUnreadable(this);
    }
  }

  /** One of the scopes has become unreadable. */
  @Override
  public synchronized void run() {
    if (!released && isTaken() && !isReadable()) {
      MemorySegment header = quarantined.get(ValueLayout.ADDRESS, 0);
      long revision = ArenaHeader.revision(header.address());
      try {
        int status = engram_arena_h.engram_release_quarantined(header);
        Status.requireOk(status, "engram_release_quarantined");
      } finally {
        // An error may come before native code has released it, or after.
        released = ArenaHeader.revision(header.address()) != revision;
      }
    }
  }

  private boolean isReadable() {
    for (TrackedScope scope : scopes) {
      if (!scope.isUnreadable()) {
        return true;
      }
    }
    return false;
  }
}
