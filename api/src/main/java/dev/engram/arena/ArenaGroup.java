package dev.engram.arena;

import dev.engram.arena.ffi.NativeLibrary;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.LifetimeCounts;
import dev.engram.arena.internal.Status;
import java.lang.invoke.MethodHandles;
import java.util.List;
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

  /** The one setting in force that the native library does not keep. Guarded by configuring. */
  private AbandonedScopes abandonedScopes = AbandonedScopes.OFF;

  ArenaGroup(SettingsSource settings) {
    this.settings = settings;
  }

  void configure(ArenaConfig config) {
    // One at a time, so that the settings of the first use never replace those of a call that came
    // before.
    boolean isFirst;
    synchronized (configuring) {
      isFirst = !configured;
      apply(config);
    }
    if (isFirst) {
      Jmx.apply(settings);
    }
  }

  ArenaConfig config() {
    requireConfigured();
    synchronized (configuring) {
      return NativeConfig.read(abandonedScopes);
    }
  }

  ArenaStats stats() {
    requireConfigured();
    return NativeStats.read();
  }

  List<ArenaUsage> arenas() {
    requireConfigured();
    return NativeArenas.list();
  }

  Optional<ThreadArenaStats> threadStats() {
    requireConfigured();
    return Optional.ofNullable(ThreadArenas.ifAny()).map(arena -> arena.stats(arena.header()));
  }

  CpuLevel cpuLevel() {
    requireConfigured();
    return KernelLevel.current();
  }

  void resetArenas() {
    requireConfigured();
    NativeArena arena = ThreadArenas.ifAny();
    int open = arena == null ? 0 : arena.settledScopes();
    // Asked here too: a virtual thread's lease is nothing that the native side could know to be the
    // caller's.
    if (open != 0) {
      throw inUse(open == 1 ? "1 scope" : open + " scopes");
    }
    ThreadArenas.returnIdleLeases();
    if (!Status.isOk(engram_arena_h.engram_reset_arenas())) {
      throw inUse("a native mark");
    }
  }

  private static IllegalStateException inUse(String what) {
    return new IllegalStateException(
        "resetArenas() was called with %s open on this thread; close what is open first"
            .formatted(what));
  }

  long trim() {
    requireConfigured();
    ThreadArenas.returnIdleLeases();
    return engram_arena_h.engram_trim_arenas();
  }

  void resetMetrics() {
    requireConfigured();
    LifetimeCounts.PROCESS.endEpoch(this::stats, engram_arena_h::engram_reset_arena_metrics);
    NativeArena arena = ThreadArenas.ifAny();
    if (arena != null && arena.settledScopes() == 0) {
      arena.serveRequests();
    }
  }

  ArenaScope openScope() {
    requireConfigured();
    long threadId = Thread.currentThread().threadId();
    NativeArena arena = OwnArenas.find(threadId);
    if (arena == null) {
      arena = ThreadArenas.find(threadId);
    }
    // The one place that scopes come from. Where the compiler sees two, it makes them garbage.
    return arena.open();
  }

  private void requireConfigured() {
    if (!configured) {
      applySettings();
    }
  }

  private void applySettings() {
    synchronized (configuring) {
      if (configured) {
        return;
      }
      apply(ArenaConfig.builder(settings).build());
    }
    Jmx.apply(settings);
  }

  private void apply(ArenaConfig config) {
    NativeLibrary.load(MethodHandles.lookup());
    if (!configured) {
      KernelLevel.apply(settings);
      Jmx.check(settings);
    }
    ThreadArenas.returnIdleLeases();
    int status = NativeConfig.apply(config);
    if (status == engram_arena_h.ENGRAM_SYSTEM_ERROR()) {
      throw new IllegalArgumentException(
          ("The pool size (%s) is %d; allowed is what the system can reserve, and it refuses one"
                  + " region of that size")
              .formatted(Setting.POOL_SIZE.names(), config.poolSizeBytes()));
    }
    Status.requireOk(status, "engram_configure");
    AbandonedMemory.settingsChanged();
    ScopeTracking.configure(config.abandonedScopes());
    abandonedScopes = config.abandonedScopes();
    // Idle arenas have taken the settings on by now, or failed to.
    RemapWarning.check();
    FlightEvents.install();
    configured = true;
  }
}
