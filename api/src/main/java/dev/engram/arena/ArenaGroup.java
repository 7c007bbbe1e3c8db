package dev.engram.arena;

import dev.engram.arena.ffi.NativeLibrary;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_config;
import dev.engram.arena.ffi.engram_stats;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Optional;

/**
 * What {@link ArenaControl} does, for settings that can be looked up elsewhere than in the process.
 * Thread-safe.
 *
 * <p>Its first use applies the settings. Where they are malformed that use fails, and so does each
 * one after it, until they are mended or {@link #configure} has been called.
 */
final class ArenaGroup {
  private final SettingsSource settings;
  private final Object configuring = new Object();
  private volatile boolean configured;

  ArenaGroup(SettingsSource settings) {
    this.settings = settings;
  }

  void configure(ArenaConfig config) {
    // One at a time, so that the settings of the first use never replace those of a call that came
    // before.
    synchronized (configuring) {
      apply(config);
      configured = true;
    }
  }

  ArenaConfig config() {
    requireConfigured();
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment config = engram_config.allocate(frame);
      engram_config.struct_size_bytes(config, engram_config.sizeof());
      Status.requireOk(engram_arena_h.engram_read_config(config), "engram_read_config");
      return new ArenaConfig(
          engram_config.pool_size_bytes(config),
          strategy(engram_config.overflow_strategy(config)),
          engram_config.max_fallback_bytes(config));
    }
  }

  ArenaStats stats() {
    requireConfigured();
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment stats = engram_stats.allocate(frame);
      engram_stats.struct_size_bytes(stats, engram_stats.sizeof());
      Status.requireOk(engram_arena_h.engram_read_stats(stats), "engram_read_stats");
      return new ArenaStats(
          engram_stats.epoch(stats),
          engram_stats.total_scopes(stats),
          engram_stats.total_resets(stats),
          engram_stats.total_allocated_bytes(stats),
          engram_stats.total_overflow_errors(stats),
          engram_stats.total_overflow_fallbacks(stats),
          engram_stats.total_fallback_bytes(stats),
          engram_stats.total_abandoned(stats),
          engram_stats.max_high_water_mark_bytes(stats),
          engram_stats.live_arenas(stats),
          engram_stats.reserved_bytes(stats),
          engram_stats.used_bytes(stats),
          engram_stats.held_fallback_bytes(stats));
    }
  }

  Optional<ThreadArenaStats> threadStats() {
    requireConfigured();
    return Optional.ofNullable(ThreadArenas.ifAny()).map(NativeArena::stats);
  }

  void resetArenas() {
    requireConfigured();
    NativeArena arena = ThreadArenas.ifAny();
    int open = arena == null ? 0 : arena.openScopes();
    // Asked here too: a virtual thread's lease is nothing that the native side could know to be the
    // caller's.
    if (open != 0 || engram_arena_h.engram_reset_arenas() != engram_arena_h.ENGRAM_OK()) {
      throw new IllegalStateException(
          "resetArenas() was called with %s open on this thread; close what is open first"
              .formatted(open == 0 ? "a native mark" : open == 1 ? "1 scope" : open + " scopes"));
    }
  }

  void resetMetrics() {
    requireConfigured();
    engram_arena_h.engram_reset_arena_metrics();
    NativeArena arena = ThreadArenas.ifAny();
    if (arena != null && arena.openScopes() == 0) {
      arena.serveRequests();
    }
  }

  ArenaScope openScope() {
    requireConfigured();
    ThreadArenas.Slot slot = ThreadArenas.slot();
    NativeArena arena = slot.arena;
    return arena != null ? arena.open() : openFirst(slot);
  }

  private static ArenaScope openFirst(ThreadArenas.Slot slot) {
    NativeArena arena = ThreadArenas.acquire(slot);
    try {
      return arena.open();
    } catch (Throwable failure) {
      arena.endIdleLease();
      throw failure;
    }
  }

  private void requireConfigured() {
    if (!configured) {
      applySettings();
    }
  }

  private void applySettings() {
    synchronized (configuring) {
      if (!configured) {
        configure(ArenaConfig.builder(settings).build());
      }
    }
  }

  private static void apply(ArenaConfig config) {
    NativeLibrary.load(MethodHandles.lookup());
    int status;
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment settings = engram_config.allocate(frame);
      engram_config.struct_size_bytes(settings, engram_config.sizeof());
      engram_config.pool_size_bytes(settings, config.poolSizeBytes());
      engram_config.max_fallback_bytes(settings, config.maxFallbackBytes());
      engram_config.overflow_strategy(settings, code(config.overflow()));
      status = engram_arena_h.engram_configure(settings);
    }
    if (status == engram_arena_h.ENGRAM_SYSTEM_ERROR()) {
      throw new IllegalArgumentException(
          "The pool size (%s) is %d; allowed is what the system can reserve, and it refuses one region of that size"
              .formatted(Setting.POOL_SIZE.names(), config.poolSizeBytes()));
    }
    Status.requireOk(status, "engram_configure");
  }

  private static int code(OverflowStrategy strategy) {
    return switch (strategy) {
      case PANIC -> engram_arena_h.ENGRAM_OVERFLOW_PANIC();
      case ERROR_RETURN -> engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN();
      case FALLBACK -> engram_arena_h.ENGRAM_OVERFLOW_FALLBACK();
    };
  }

  private static OverflowStrategy strategy(int code) {
    for (OverflowStrategy strategy : OverflowStrategy.values()) {
      if (code(strategy) == code) {
        return strategy;
      }
    }
    throw new IllegalStateException("The library has an unknown overflow strategy, " + code);
  }
}
