package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The CPU level that kernels run at. Process-wide, as the native library's is. */
final class KernelLevel {
  /**
   * What a setting asks for.
   *
   * @param name the name by which the setting was given
   */
  record Wanted(String name, CpuLevel level) {}

  private KernelLevel() {}

  /** The level in force. */
  static CpuLevel current() {
    return CpuLevel.of(engram_arena_h.engram_current_cpu_level());
  }

  /**
   * What the settings ask for, which may not run here; empty if they leave the choice open.
   *
   * @throws IllegalArgumentException if they name no level
   */
  static Optional<Wanted> wanted(SettingsSource settings) {
    return settings.resolve(
        Setting.KERNELS_LEVEL,
        (name, text) ->
            Optional.of(
                new Wanted(name, Words.parse(name, text, CpuLevel.values(), CpuLevel::word))),
        Optional.empty());
  }

  /**
   * Has the kernels run at the level that the settings ask for, if they do.
   *
   * @throws IllegalArgumentException if they name no level, or one that does not run here
   */
  static void apply(SettingsSource settings) {
    wanted(settings)
        .ifPresent(wanted -> {
          if (!limit(wanted.level())) {
            throw doesNotRun(wanted);
          }
        });
  }

  /** Whether a level runs here; if it does, kernels run at it from now on. */
  static synchronized boolean limit(CpuLevel level) {
    return Status.isOk(engram_arena_h.engram_limit_cpu_level(level.code()));
  }

  private static IllegalArgumentException doesNotRun(Wanted wanted) {
    return new IllegalArgumentException(
        "%s is \"%s\"; allowed on this machine is %s"
            .formatted(
                wanted.name(),
                wanted.level().word(),
                Words.listed(runnable().stream().map(CpuLevel::word).toList(), "or")));
  }

  /**
   * The levels that run here, tried one after the other. Nobody else changes the level meanwhile,
   * which would be undone.
   */
  static synchronized List<CpuLevel> runnable() {
    CpuLevel before = current();
    List<CpuLevel> levels = Arrays.stream(CpuLevel.values()).filter(KernelLevel::limit).toList();
    // It was in force, so it runs.
    limit(before);
    return levels;
  }
}
