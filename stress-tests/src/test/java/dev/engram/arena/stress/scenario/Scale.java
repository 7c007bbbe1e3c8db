package dev.engram.arena.stress.scenario;

/** How much a test does: all that it is meant for under {@code mvn -Pfull}, else less. */
final class Scale {
  private static final boolean FULL = Boolean.getBoolean("engram.full");

  private Scale() {}

  static int of(int quick, int full) {
    return FULL ? full : quick;
  }
}
