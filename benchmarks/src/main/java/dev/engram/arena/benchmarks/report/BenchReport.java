package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Measurements;
import java.time.Duration;
import java.util.Map;

/**
 * A run, to be printed and written.
 *
 * @param suite what was measured
 * @param machine where and when
 * @param notes what else a reader must know, by subject
 * @param effort how long each thing was measured
 * @param elapsed how long all of it took
 * @param measurements what came of it
 */
public record BenchReport(
    Suite suite,
    Machine machine,
    Map<String, String> notes,
    Effort effort,
    Duration elapsed,
    Measurements measurements) {}
