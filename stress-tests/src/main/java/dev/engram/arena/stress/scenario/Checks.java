package dev.engram.arena.stress.scenario;

import dev.engram.arena.OverflowStrategy;

/** Settings that several scenarios refuse. */
final class Checks {
  private Checks() {}

  /** For scenarios in which something is meant to overflow, and to go on. */
  static void refusePanic(StressSettings settings) {
    if (settings.arenas().overflow() == OverflowStrategy.PANIC) {
      throw new IllegalArgumentException(
          "the overflow strategy panic would end the process at the first overflow; give --overflow"
              + " error or fallback");
    }
  }
}
