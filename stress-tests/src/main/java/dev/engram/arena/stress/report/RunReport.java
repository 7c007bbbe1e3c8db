package dev.engram.arena.stress.report;

import dev.engram.arena.stress.scenario.ScenarioResult;
import dev.engram.arena.stress.scenario.StressSettings;

/**
 * A run that is over.
 *
 * @param scenario name of the scenario
 * @param comparesVectors whether vectors were compared in it
 * @param settings what was to be done
 * @param result what was seen
 */
public record RunReport(
    String scenario, boolean comparesVectors, StressSettings settings, ScenarioResult result) {}
