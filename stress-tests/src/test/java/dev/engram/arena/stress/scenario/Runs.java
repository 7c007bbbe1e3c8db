package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.ThreadArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.GaussianVectors;
import java.time.Duration;
import java.util.List;

/** Runs of scenarios in this JVM, whose settings are the process's. */
final class Runs {
  private static final Duration THREAD_EXIT_TIMEOUT = Duration.ofSeconds(20);

  private Runs() {}

  static ArenaConfig arenas(long poolSizeBytes, OverflowStrategy overflow) {
    return arenas(poolSizeBytes, overflow, 1L << 30);
  }

  static ArenaConfig arenas(long poolSizeBytes, OverflowStrategy overflow, long maxFallbackBytes) {
    return ArenaConfig.builder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(overflow)
        .maxFallbackBytes(maxFallbackBytes)
        .build();
  }

  /** Arenas of which so many fit under {@code maxTotalBytes}. */
  static ArenaConfig boundedArenas(long poolSizeBytes, OverflowStrategy overflow, int arenasMax) {
    return ArenaConfig.builder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(overflow)
        .maxTotalBytes(arenasMax * poolSizeBytes)
        .build();
  }

  /**
   * The library's own defaults, and no arena that a thread of an earlier test is still giving back.
   */
  static void startAfresh() {
    ArenaControl.configure(arenas(1 << 20, OverflowStrategy.ERROR_RETURN));
    long own = ownArenas();
    await()
        .atMost(THREAD_EXIT_TIMEOUT)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> ArenaControl.stats().liveArenas() <= own);
  }

  /** Waits for the arenas of threads that have ended. */
  static void awaitLiveArenas(long expected) {
    await()
        .atMost(THREAD_EXIT_TIMEOUT)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> ArenaControl.stats().liveArenas() == expected);
  }

  /**
   * Arenas of the calling thread: one at most, which has no region while others need the memory.
   */
  static long ownArenas() {
    return ownReservedBytes() == 0 ? 0 : 1;
  }

  static long ownReservedBytes() {
    return ArenaControl.threadStats().map(ThreadArenaStats::capacityBytes).orElse(0L);
  }

  static StressSettings settings(
      int threads, long iterations, int dimensions, int candidates, ArenaConfig arenas) {
    return new StressSettings(threads, iterations, null, dimensions, candidates, arenas, 1, null);
  }

  static ScenarioResult run(Scenario scenario, StressSettings settings)
      throws InterruptedException {
    ArenaControl.configure(settings.arenas());
    scenario.check(settings);
    return scenario.run(settings, new GaussianVectors(settings.dimensions()), Progress.SILENT);
  }

  static List<String> broken(ScenarioResult result) {
    return broken(result.invariants());
  }

  static List<String> broken(List<Invariant> invariants) {
    return invariants.stream().filter(i -> !i.held()).map(Invariant::name).toList();
  }

  static void assertHeld(ScenarioResult result) {
    assertThat(result.invariants()).isNotEmpty().allMatch(Invariant::held, "held");
    assertThat(result.held()).isTrue();
  }

  static String detail(ScenarioResult result, String name) {
    return result.invariants().stream()
        .filter(invariant -> invariant.name().equals(name))
        .map(Invariant::detail)
        .findFirst()
        .orElseThrow();
  }
}
