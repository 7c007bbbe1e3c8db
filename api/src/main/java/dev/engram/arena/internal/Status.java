package dev.engram.arena.internal;

import dev.engram.arena.ffi.engram_arena_h;

/** What native calls return. */
public final class Status {
  private Status() {}

  /**
   * Whether a call succeeded.
   *
   * @param status what it returned
   * @return true if it did
   */
  public static boolean isOk(int status) {
    return status == engram_arena_h.ENGRAM_OK();
  }

  /**
   * Checks a call that cannot fail, since its arguments were checked before.
   *
   * @param status what it returned
   * @param function its name, for the message
   * @throws IllegalStateException if it failed all the same
   */
  public static void requireOk(int status, String function) {
    if (!isOk(status)) {
      throw new IllegalStateException(
          "%s failed with status %d, which this library never expects of it"
              .formatted(function, status));
    }
  }
}
