package dev.engram.arena.stress.scenario;

import java.util.concurrent.atomic.AtomicLong;

/** Breaks something on one occasion out of many, whichever thread has it. */
final class Once {
  private final AtomicLong left;

  private Once(long occasion) {
    this.left = new AtomicLong(occasion);
  }

  /** An interlude that does nothing until that occasion, and nothing afterwards. */
  static Interlude onOccasion(long occasion, Interlude breaking) {
    Once once = new Once(occasion);
    return (random, newest) -> {
      if (once.left.decrementAndGet() == 0) {
        breaking.run(random, newest);
      }
    };
  }
}
