package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import java.time.Duration;
import java.util.List;

/**
 * What a run came to.
 *
 * @param operations operations that were completed
 * @param elapsed how long they took together, preparation and settling not included
 * @param stats counters of the whole run, gauges after its end
 * @param atWork the arenas' stats while all threads were still alive
 * @param invariants everything that was checked
 */
public record ScenarioResult(
    long operations,
    Duration elapsed,
    ArenaStats stats,
    ArenaStats atWork,
    List<Invariant> invariants) {

  /**
   * Whether every invariant held.
   *
   * @return false if one broke
   */
  public boolean held() {
    return invariants.stream().allMatch(Invariant::held);
  }

  /**
   * Operations completed in a second.
   *
   * @return operations per second, 0 if none was completed
   */
  public double operationsPerSecond() {
    return operations == 0 ? 0 : operations / (elapsed.toNanos() / 1e9);
  }
}
