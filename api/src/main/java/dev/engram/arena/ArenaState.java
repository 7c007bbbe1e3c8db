package dev.engram.arena;

/** Whose an arena is. */
public enum ArenaState {
  /** A platform thread's own, until that thread ends. */
  OWNED,

  /** Leased by a virtual thread, until that closes its outermost scope. */
  LEASED,

  /** Nobody's: it waits in the pool for the next virtual thread. */
  POOLED,

  /**
   * No arena any more but the region of one, set aside since segments of {@linkplain
   * AbandonedScopes abandoned scopes} in it can still be reached.
   */
  QUARANTINED
}
