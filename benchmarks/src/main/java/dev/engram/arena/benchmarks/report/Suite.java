package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is measured together.
 *
 * @param name of the command that measures it
 * @param unit what the sizes count
 * @param sizes the sizes of all cases
 * @param timeUnit of the table of times
 * @param cases what is measured, in the order of the report
 * @param sweeps what is swept over numbers of threads
 * @param figures what is to come of it, in the order of the report
 */
public record Suite(
    String name,
    String unit,
    List<Integer> sizes,
    TimeUnit timeUnit,
    List<? extends BenchmarkCase> cases,
    List<? extends BenchmarkCase> sweeps,
    List<Figure> figures) {}
