package dev.engram.arena;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** Whose an arena is: a platform thread's own, a virtual thread's lease, or nobody's. */
abstract class OwnedArena extends ArenaCounters {
  /** The number of no thread. */
  private static final long NOBODY = -1;

  /** Of the platform thread whose own arena this is; a lease has no number that finds it. */
  private long ownerId = NOBODY;

  /**
   * The platform thread that has the number, for others to see. Written when an arena gets an owner
   * only, which is seldom; keeps no thread alive.
   */
  private volatile @Nullable WeakReference<Thread> owner;

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
  final void belongTo(Thread thread) {
    // First what may run out of memory: who has the number is not bound once more.
    owner = thread.isVirtual() ? null : new WeakReference<>(thread);
    ownerId = thread.isVirtual() ? NOBODY : thread.threadId();
    lessee = null;
  }

  /**
   * The thread whose arena this is, or null if it is nobody's or its thread has ended. For any
   * thread: an answer that was good a moment ago.
   *
   * @param state whether to look for an owner or for a lessee
   */
  final @Nullable Thread thread(ArenaState state) {
    if (state == ArenaState.OWNED) {
      WeakReference<Thread> reference = owner;
      Thread thread = reference == null ? null : reference.get();
      // A thread gives its arena back after its end only, so one that lives has it still.
      return thread != null && thread.isAlive() ? thread : null;
    }
    ThreadArenas.Slot slot = ThreadArenas.lessee(this);
    return slot == null || slot == ThreadArenas.NOBODY ? null : slot.thread;
  }
}
