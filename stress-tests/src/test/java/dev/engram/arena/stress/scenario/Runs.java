package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.GaussianVectors;
import java.time.Duration;
import java.util.List;

/** Runs of scenarios in this JVM, whose settings are the process's. */
final class Runs {
  private static final Duration THREAD_EXIT_TIMEOUT = Duration.ofSeconds(20);

  private Runs() {}

  static ArenaConfig arenas(long poolSizeBytes, OverflowStrategy overflow) {
    return new ArenaConfig(poolSizeBytes, overflow, 1L << 30);
  }

  /**
   * The library's own defaults, and no arena that a thread of an earlier test is still giving back.
   */
  static void startAfresh() {
    ArenaControl.configure(arenas(1 << 20, OverflowStrategy.ERROR_RETURN));
    awaitLiveArenas(ownArenas());
  }

  /** Waits for the arenas of threads that have ended. */
  static void awaitLiveArenas(long expected) {
    await()
        .atMost(THREAD_EXIT_TIMEOUT)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> ArenaControl.stats().liveArenas() == expected);
  }

  private static long ownArenas() {
    return ArenaControl.threadStats().isPresent() ? 1 : 0;
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
