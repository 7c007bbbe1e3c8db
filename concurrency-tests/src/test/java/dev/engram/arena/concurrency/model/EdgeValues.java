package dev.engram.arena.concurrency.model;

import java.util.SplittableRandom;

/** Random sizes and alignments, most of them where something could be off by one or wrap. */
final class EdgeValues {
  private static final long[] SMALL = {0, 1, 2, 7, 8, 9, 63, 64, 65, 127, 4095, 4096, 4097};
  private static final long[] HUGE = {
    (1L << 31) - 1,
    1L << 31,
    (1L << 32) - 1,
    1L << 32,
    (1L << 32) + 8,
    1L << 47,
    1L << 62,
    Long.MAX_VALUE - 4096,
    Long.MAX_VALUE - 7,
    Long.MAX_VALUE
  };
  private static final long[] BAD_ALIGNMENTS = {
    0, -1, -8, 3, 6, 24, 4097, (2L << 20) + 1, 4L << 20, Long.MIN_VALUE, Long.MAX_VALUE
  };

  private final SplittableRandom random;

  EdgeValues(SplittableRandom random) {
    this.random = random;
  }

  /** Unless negative, a size that a segment may have. */
  long size(ArenaModel model) {
    return switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> SMALL[random.nextInt(SMALL.length)];
      case 4 -> Math.max(0, model.available() + random.nextInt(-2, 3));
      case 5 -> random.nextInt(4) == 0 ? model.capacity() + random.nextInt(-2, 3) : 4096;
      case 6 -> random.nextInt(8) == 0 ? HUGE[random.nextInt(HUGE.length)] : 1;
      case 7 -> random.nextInt(16) == 0 ? random.nextLong(ArenaModel.SERVED_BYTES_MAX) : 16;
      default -> random.nextInt(2048);
    };
  }

  /** A size at the far end of what 64 bits hold: negative, and nearly 2^64 if taken as unsigned. */
  long farSize() {
    return random.nextBoolean() ? -1 - random.nextInt(8192) : Long.MIN_VALUE + random.nextInt(8192);
  }

  long alignment() {
    return 1L << random.nextInt(13);
  }

  long badAlignment() {
    return BAD_ALIGNMENTS[random.nextInt(BAD_ALIGNMENTS.length)];
  }
}
