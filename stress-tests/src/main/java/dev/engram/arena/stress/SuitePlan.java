package dev.engram.arena.stress;

import java.util.List;

/**
 * One run of the suite.
 *
 * @param name what it is called in the report
 * @param arguments the scenario, and options of it
 * @param weight how much of the time it gets, in proportion to the others
 */
record SuitePlan(String name, List<String> arguments, int weight) {
  /** The last one takes up what the others leave over. */
  static final List<SuitePlan> ALL =
      List.of(
          of("isolation"),
          new SuitePlan("overflow-error", List.of("overflow", "--overflow=error"), 1),
          new SuitePlan("overflow-fallback", List.of("overflow", "--overflow=fallback"), 1),
          of("churn"),
          of("reconfigure"),
          of("virtual"),
          of("pressure"),
          of("mixed"),
          new SuitePlan("soak", List.of("soak"), 3));

  private static SuitePlan of(String scenario) {
    return new SuitePlan(scenario, List.of(scenario), 1);
  }
}
