package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Measurements;
import java.time.Duration;

/**
 * A run, to be printed and written.
 *
 * @param machine where and when
 * @param effort how long each thing was measured
 * @param elapsed how long all of it took
 * @param measurements what came of it
 */
public record BenchReport(
    Machine machine, Effort effort, Duration elapsed, Measurements measurements) {}
