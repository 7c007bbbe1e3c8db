package dev.engram.arena;

/**
 * Is told of allocations that do not fit their arena, those that kernels make for themselves
 * included, under the strategies {@link OverflowStrategy#ERROR_RETURN} and {@link
 * OverflowStrategy#FALLBACK}. Registered by {@link ArenaControl#onOverflow}. A scope that cannot be
 * opened, since there is no arena for it, is no overflow: {@link ArenaStats#totalRefusedArenas()}
 * counts those.
 *
 * <p>A listener is called on the thread that overflowed, after the allocation was served or before
 * its exception is thrown, by several threads at a time if need be; of a kernel's, after the kernel
 * has ended. The allocation waits for it, so it should be quick. It may open scopes of its own,
 * which it must close, and allocate in them; if that overflows in turn the overflow is counted and
 * treated as any other, but no listener is told.
 *
 * <p>What a listener throws does not reach the allocation. It is logged, at most once every ten
 * seconds.
 */
@FunctionalInterface
public interface OverflowListener {
  /**
   * Called for each overflow, but once for all of one call of a kernel that were served.
   *
   * @param overflow what was asked and what became of it
   */
  void overflowed(ArenaOverflow overflow);

  /** A listener's registration. */
  interface Registration extends AutoCloseable {
    /**
     * Ends the registration. The listener is not called for overflows that begin later; a call that
     * is under way on another thread is not waited for. Any thread may close, and closing again
     * does nothing.
     */
    @Override
    void close();
  }
}
