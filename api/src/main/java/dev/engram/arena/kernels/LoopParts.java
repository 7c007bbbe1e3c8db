package dev.engram.arena.kernels;

/**
 * Cuts long loops into parts. Between the turns of a loop whose number it can foresee, the compiler
 * may let no safepoint in: none under some collectors, after a thousand turns under others.
 */
final class LoopParts {
  /** Some of the turns of a loop. */
  interface Part {
    /** Takes the turns from {@code first} up to, and without, {@code end}. */
    void run(int first, int end);
  }

  private LoopParts() {}

  /**
   * Runs all turns.
   *
   * @param count how many
   * @param turnsOfPart how many may pass until a safepoint is let in, 1 or more
   */
  static void run(int count, int turnsOfPart, Part part) {
    int first = 0;
    // The compiler cannot foresee the number of turns, so it lets a safepoint in at each.
    while (first < count) {
      int end = first + Math.min(turnsOfPart, count - first);
      part.run(first, end);
      first = end;
    }
  }
}
