package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.HugePages;
import dev.engram.arena.OverflowStrategy;
import java.util.random.RandomGenerator;

/** Settings as they come. */
final class RandomSettings {
  private static final long[] POOL_SIZES = {
    64L << 10, 256L << 10, 1L << 20, 2L << 20, 4L << 20, 8L << 20
  };

  /** A region of huge pages is a whole number of them. */
  private static final long HUGE_PAGE_BYTES = 2L << 20;

  private static final long PRE_TOUCHED_BYTES_MAX = 256L << 10;

  private RandomSettings() {}

  /** What can go on with overflows, bounds and reports as they were. */
  static ArenaConfig next(ArenaConfig initial, RandomGenerator random) {
    long poolSize = POOL_SIZES[random.nextInt(POOL_SIZES.length)];
    return new ArenaConfig(
        poolSize,
        random.nextBoolean() ? OverflowStrategy.ERROR_RETURN : OverflowStrategy.FALLBACK,
        initial.maxFallbackBytes(),
        initial.maxTotalBytes(),
        hugePages(poolSize, random),
        random.nextBoolean(),
        poolSize <= PRE_TOUCHED_BYTES_MAX && random.nextBoolean(),
        initial.abandonedScopes());
  }

  private static HugePages hugePages(long poolSize, RandomGenerator random) {
    HugePages[] all = HugePages.values();
    HugePages chosen = all[random.nextInt(all.length)];
    return chosen == HugePages.EXPLICIT && poolSize % HUGE_PAGE_BYTES != 0
        ? HugePages.AUTO
        : chosen;
  }
}
