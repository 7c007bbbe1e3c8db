package dev.engram.arena.ffi;

import org.jspecify.annotations.NullMarked;

/** What all calls of linked functions share. */
@NullMarked
public final class Downcalls {
  private Downcalls() {}

  /**
   * What a call threw, which the compiler does not know to be unchecked.
   *
   * @param thrown by {@code invokeExact}
   * @return the same
   */
  public static RuntimeException unchecked(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> throw new AssertionError("a downcall throws no checked exception", thrown);
    };
  }
}
