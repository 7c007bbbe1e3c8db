package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_config;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@link ArenaConfig} as {@code engram_config}, and back. */
final class NativeConfig {
  private NativeConfig() {}

  /** Hands settings over, all but what only Java knows of. Returns an {@code engram_status}. */
  static int apply(ArenaConfig config) {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment settings = engram_config.allocate(frame);
      engram_config.struct_size_bytes(settings, engram_config.sizeof());
      engram_config.pool_size_bytes(settings, config.poolSizeBytes());
      engram_config.max_fallback_bytes(settings, config.maxFallbackBytes());
      engram_config.max_total_bytes(settings, nativeLimit(config.maxTotalBytes()));
      engram_config.overflow_strategy(settings, code(config.overflow()));
      engram_config.huge_pages(settings, code(config.hugePages()));
      engram_config.zero_on_reset(settings, config.zeroOnReset() ? 1 : 0);
      engram_config.pre_touch(settings, config.preTouch() ? 1 : 0);
      return engram_arena_h.engram_configure(settings);
    }
  }

  /**
   * The settings in force.
   *
   * @param abandonedScopes the one that the native library does not know
   */
  static ArenaConfig read(AbandonedScopes abandonedScopes) {
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment settings = engram_config.allocate(frame);
      engram_config.struct_size_bytes(settings, engram_config.sizeof());
      Status.requireOk(engram_arena_h.engram_read_config(settings), "engram_read_config");
      return new ArenaConfig(
          engram_config.pool_size_bytes(settings),
          strategy(engram_config.overflow_strategy(settings)),
          engram_config.max_fallback_bytes(settings),
          limit(engram_config.max_total_bytes(settings)),
          hugePages(engram_config.huge_pages(settings)),
          engram_config.zero_on_reset(settings) != 0,
          engram_config.pre_touch(settings) != 0,
          abandonedScopes);
    }
  }

  /** The strategy that an {@code engram_overflow_strategy} stands for. */
  static OverflowStrategy strategy(int code) {
    for (OverflowStrategy strategy : OverflowStrategy.values()) {
      if (code(strategy) == code) {
        return strategy;
      }
    }
    throw new IllegalStateException("The library has an unknown overflow strategy, " + code);
  }

  private static int code(OverflowStrategy strategy) {
    return switch (strategy) {
      case PANIC -> engram_arena_h.ENGRAM_OVERFLOW_PANIC();
      case ERROR_RETURN -> engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN();
      case FALLBACK -> engram_arena_h.ENGRAM_OVERFLOW_FALLBACK();
    };
  }

  private static HugePages hugePages(int code) {
    for (HugePages choice : HugePages.values()) {
      if (code(choice) == code) {
        return choice;
      }
    }
    throw new IllegalStateException("The library has an unknown choice of huge pages, " + code);
  }

  private static int code(HugePages choice) {
    return switch (choice) {
      case AUTO -> engram_arena_h.ENGRAM_HUGE_PAGES_AUTO();
      case OFF -> engram_arena_h.ENGRAM_HUGE_PAGES_OFF();
      case TRANSPARENT -> engram_arena_h.ENGRAM_HUGE_PAGES_TRANSPARENT();
      case EXPLICIT -> engram_arena_h.ENGRAM_HUGE_PAGES_EXPLICIT();
    };
  }

  /** No limit is the largest value of either side, which is unsigned on the native one. */
  private static long nativeLimit(long bytes) {
    return bytes == Long.MAX_VALUE ? engram_arena_h.ENGRAM_TOTAL_BYTES_UNLIMITED() : bytes;
  }

  private static long limit(long nativeBytes) {
    return nativeBytes < 0 ? Long.MAX_VALUE : nativeBytes;
  }
}
