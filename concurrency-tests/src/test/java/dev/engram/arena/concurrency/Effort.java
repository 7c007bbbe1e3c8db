package dev.engram.arena.concurrency;

/** How much the tests do: scaled down, or in full under the build's profile {@code full}. */
public final class Effort {
  public static final boolean FULL = Boolean.getBoolean("engram.full");

  private Effort() {}

  /** A number for this build. */
  public static int of(int full, int scaledDown) {
    return FULL ? full : scaledDown;
  }
}
