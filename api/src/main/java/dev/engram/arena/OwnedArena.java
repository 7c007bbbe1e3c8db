package dev.engram.arena;

import org.jspecify.annotations.Nullable;

/** Whose an arena is: a platform thread's own, a virtual thread's lease, or nobody's. */
abstract class OwnedArena extends ArenaCounters {
  /** The number of no thread. */
  private static final long NOBODY = -1;

  /** Of the platform thread whose own arena this is; a lease has no number that finds it. */
  private long ownerId = NOBODY;

  /** Where the owner keeps the arena that it leased; null if nobody has. ThreadArenas writes it. */
  ThreadArenas.@Nullable Slot lessee;

  /**
   * Whether the calling thread, which has this number, owns this arena until it ends. For any
   * thread: the answer can be yes only for the one that called {@link #belongTo} itself.
   *
   * @param threadId no virtual thread's is ever bound, since a lease may end at each close
   */
  final boolean isBoundTo(long threadId) {
    return ownerId == threadId;
  }

  /** Makes the calling thread the owner. */
  final void belongTo(Thread owner) {
    ownerId = owner.isVirtual() ? NOBODY : owner.threadId();
    lessee = null;
  }
}
