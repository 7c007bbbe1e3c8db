package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_stats;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** {@code engram_stats}, read. */
final class NativeStats {
  /**
   * Arenas that kept the region they had.
   *
   * @param epoch of the metrics
   * @param total since the epoch began
   * @param systemError of the latest, 0 if it was for want of a bound, not of the system's memory
   */
  record FailedRemaps(long epoch, long total, int systemError) {}

  private NativeStats() {}

  static ArenaStats read() {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment stats = read(frame);
      long refusedArenas = RefusedArenas.PROCESS.total(engram_stats.epoch(stats));
      while (refusedArenas < 0) {
        // The next epoch has begun in between.
        stats = read(frame);
        refusedArenas = RefusedArenas.PROCESS.total(engram_stats.epoch(stats));
      }
      return new ArenaStats(
          engram_stats.epoch(stats),
          engram_stats.total_scopes(stats),
          engram_stats.total_resets(stats),
          engram_stats.total_allocated_bytes(stats),
          engram_stats.total_overflow_errors(stats),
          engram_stats.total_overflow_fallbacks(stats),
          engram_stats.total_fallback_bytes(stats),
          engram_stats.total_abandoned(stats),
          refusedArenas,
          engram_stats.total_failed_remaps(stats),
          engram_stats.max_high_water_mark_bytes(stats),
          engram_stats.live_arenas(stats),
          engram_stats.reserved_bytes(stats),
          engram_stats.used_bytes(stats),
          engram_stats.held_fallback_bytes(stats),
          engram_stats.touched_bytes(stats),
          engram_stats.quarantined_bytes(stats),
          hugePagesRefusal((int) engram_stats.huge_pages_error(stats)));
    }
  }

  static long readEpoch() {
    try (Arena frame = Arena.ofConfined()) {
      return engram_stats.epoch(read(frame));
    }
  }

  static FailedRemaps readFailedRemaps() {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment stats = read(frame);
      return new FailedRemaps(
          engram_stats.epoch(stats),
          engram_stats.total_failed_remaps(stats),
          (int) engram_stats.failed_remap_error(stats));
    }
  }

  private static MemorySegment read(Arena frame) {
    MemorySegment stats = engram_stats.allocate(frame);
    engram_stats.struct_size_bytes(stats, engram_stats.sizeof());
    Status.requireOk(engram_arena_h.engram_read_stats(stats), "engram_read_stats");
    return stats;
  }

  private static Optional<String> hugePagesRefusal(int systemError) {
    return systemError == 0 ? Optional.empty() : Optional.of(SystemError.ofHugePages(systemError));
  }
}
