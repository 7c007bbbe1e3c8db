package dev.engram.arena.stress.scenario;

import java.util.List;
import java.util.Locale;

/** What must hold of the workers in every scenario. */
final class TeamInvariants {
  private TeamInvariants() {}

  static Invariant noWorkerFailed(TeamResult team) {
    List<String> failures = team.failures();
    return new Invariant(
        "no worker failed",
        failures.isEmpty(),
        failures.isEmpty()
            ? "%d threads".formatted(team.operationsByWorker().size())
            : "%d of %d threads failed, the first: %s"
                .formatted(failures.size(), team.operationsByWorker().size(), failures.getFirst()));
  }

  static Invariant everyOperationIsCounted(TeamResult team, StressSettings settings) {
    if (settings.duration() != null || team.cutShort()) {
      long idle = team.operationsByWorker().stream().filter(count -> count == 0).count();
      return new Invariant(
          "every thread completed an operation",
          idle == 0,
          String.format(
              Locale.ROOT,
              "%,d operations, %d of %d threads without one",
              team.operations(),
              idle,
              settings.threads()));
    }
    return new Invariant(
        "every operation was completed",
        team.operationsByWorker().stream().allMatch(count -> count == settings.iterations()),
        String.format(
            Locale.ROOT,
            "%,d operations of %d threads × %,d iterations",
            team.operations(),
            settings.threads(),
            settings.iterations()));
  }
}
