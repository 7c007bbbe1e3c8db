package dev.engram.arena.stress.scenario;

import java.util.Locale;

/** The Java heap that a run's vectors need. */
final class Heap {
  /** Collectors need some room to work in. */
  private static final double USABLE_SHARE = 0.8;

  private static final long MEBIBYTE = 1L << 20;

  private Heap() {}

  /**
   * Refuses a run whose vectors cannot fit.
   *
   * @throws CannotRunException if they do not
   */
  static void require(long vectors, long bytesPerVector) {
    double needed = (double) vectors * bytesPerVector;
    long max = Runtime.getRuntime().maxMemory();
    if (needed > USABLE_SHARE * max) {
      throw new CannotRunException(
          String.format(
              Locale.ROOT,
              "the vectors need %,.0f MiB of Java heap, which may grow to %,d MiB; give fewer"
                  + " --threads or --candidates, a smaller --dim, or a larger heap",
              needed / MEBIBYTE,
              max / MEBIBYTE));
    }
  }
}
