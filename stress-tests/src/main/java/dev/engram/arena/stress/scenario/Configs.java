package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.OverflowStrategy;

/** The user's settings but for those that a part of a run is about. */
final class Configs {
  private Configs() {}

  static ArenaConfig fallback(ArenaConfig wanted, long maxFallbackBytes, long maxTotalBytes) {
    return bounded(wanted, OverflowStrategy.FALLBACK, maxFallbackBytes, maxTotalBytes);
  }

  static ArenaConfig error(ArenaConfig wanted, long maxTotalBytes) {
    return bounded(wanted, OverflowStrategy.ERROR_RETURN, wanted.maxFallbackBytes(), maxTotalBytes);
  }

  private static ArenaConfig bounded(
      ArenaConfig wanted, OverflowStrategy overflow, long maxFallbackBytes, long maxTotalBytes) {
    return new ArenaConfig(
        wanted.poolSizeBytes(),
        overflow,
        maxFallbackBytes,
        maxTotalBytes,
        wanted.hugePages(),
        wanted.zeroOnReset(),
        wanted.preTouch(),
        wanted.abandonedScopes());
  }
}
