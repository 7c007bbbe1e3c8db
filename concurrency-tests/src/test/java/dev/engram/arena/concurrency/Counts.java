package dev.engram.arena.concurrency;

import dev.engram.arena.ArenaStats;

/** What a thread knows that it did, to be compared with what was counted. Not thread-safe. */
final class Counts {
  long scopes;
  long resets;
  long allocatedBytes;
  long overflowErrors;
  long overflowFallbacks;
  long fallbackBytes;

  /** Marks that were opened and closed together, under the outermost of which something lay. */
  void addScopes(int opened, long bytes) {
    scopes += opened;
    resets += bytes == 0 ? 0 : 1;
    allocatedBytes += bytes;
  }

  void add(Counts other) {
    scopes += other.scopes;
    resets += other.resets;
    allocatedBytes += other.allocatedBytes;
    overflowErrors += other.overflowErrors;
    overflowFallbacks += other.overflowFallbacks;
    fallbackBytes += other.fallbackBytes;
  }

  /** The totals that all of them are counted in. */
  static long[] totals(ArenaStats stats) {
    return new long[] {
      stats.totalScopes(),
      stats.totalResets(),
      stats.totalAllocatedBytes(),
      stats.overflowErrors(),
      stats.overflowFallbacks(),
      stats.fallbackBytes()
    };
  }

  long[] totals() {
    return new long[] {
      scopes, resets, allocatedBytes, overflowErrors, overflowFallbacks, fallbackBytes
    };
  }
}
