package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.AbandonedScopes;
import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.CpuLevel;
import dev.engram.arena.HugePages;
import dev.engram.arena.OverflowStrategy;
import java.util.List;

/** How this library is set up, whatever the environment says: all runs are to measure the same. */
final class Engram {
  private Engram() {}

  static void configure(long poolSizeBytes) {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(poolSizeBytes)
            .overflow(OverflowStrategy.ERROR_RETURN)
            .maxTotalBytes(Long.MAX_VALUE)
            .hugePages(HugePages.AUTO)
            .zeroOnReset(false)
            .preTouch(false)
            .abandonedScopes(AbandonedScopes.SAMPLED)
            .build());
  }

  /** What forces a JVM's kernels down to a level; nothing for none. */
  static List<String> forcing(String level) {
    return level.isEmpty() ? List.of() : List.of("-Dengram.kernels.level=" + level);
  }

  /** Whether the level in force, or the one that it is forced to, runs here. */
  static boolean canForce(String level) {
    CpuLevel here = ArenaControl.cpuLevel();
    return switch (level) {
      case "" -> true;
      case "v2" -> here != CpuLevel.NEON;
      case "v3" -> here == CpuLevel.X86_64_V3 || here == CpuLevel.X86_64_V4;
      case "v4" -> here == CpuLevel.X86_64_V4;
      default -> throw new IllegalArgumentException(level);
    };
  }
}
