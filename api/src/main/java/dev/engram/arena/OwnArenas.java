package dev.engram.arena;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Where a platform thread finds its own arena soonest: by its number, in a table of all threads. A
 * {@link ThreadLocal} takes twice as many loads, each of which waits for the one before, and that
 * wait is a third of a scope's time. Thread-safe.
 *
 * <p>A table of few places, so threads may meet in one, and who is not found there goes to its
 * thread-local. An arena tells itself whose it is; what is read here is only believed if the arena
 * says that it is the caller's, which only the caller can have made it say.
 */
final class OwnArenas {
  private static final int PLACES = 1024;

  /**
   * Of so many searches in vain one puts its arena in the place of another: threads that meet share
   * a place by turns, and do not write to its cache line all the time.
   */
  private static final int SEARCHES_PER_TURN = 1024;

  private static final @Nullable NativeArena[] ARENAS = new @Nullable NativeArena[PLACES];

  private OwnArenas() {}

  /** The calling thread's own arena, or null if it is not here. */
  static @Nullable NativeArena find(long threadId) {
    NativeArena arena = ARENAS[place(threadId)];
    return arena != null && arena.isBoundTo(threadId) ? arena : null;
  }

  /**
   * Has the calling thread find its own arena here, unless it has to leave the place to another.
   */
  static void put(long threadId, NativeArena arena) {
    int place = place(threadId);
    if (ARENAS[place] == null || ThreadLocalRandom.current().nextInt(SEARCHES_PER_TURN) == 0) {
      ARENAS[place] = arena;
    }
  }

  /** Where a thread may find its arena. */
  static int place(long threadId) {
    return (int) threadId & PLACES - 1;
  }
}
