package dev.engram.arena.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Measures one case at one size by JMH, in a fork of its own. */
public final class JmhRun {
  private static final String GARBAGE = "gc.alloc.rate.norm";

  private final Effort effort;

  /**
   * A way to measure.
   *
   * @param effort how long
   */
  public JmhRun(Effort effort) {
    this.effort = effort;
  }

  /**
   * Measures.
   *
   * @param benchmarkCase what
   * @param size one of its sizes
   * @return the figures of one fork
   * @throws MeasurementException if it fails; the message holds what JMH had to say
   */
  public Sample measure(BenchmarkCase benchmarkCase, int size) {
    try {
      Path log = Files.createTempFile("engram-bench-", ".log");
      try {
        return sample(run(options(benchmarkCase, size, log), log));
      } finally {
        Files.delete(log);
      }
    } catch (IOException e) {
      throw new MeasurementException("no file for JMH's log: " + e.getMessage(), e);
    }
  }

  private static Collection<RunResult> run(Options options, Path log) throws IOException {
    try {
      return new Runner(options).run();
    } catch (RunnerException e) {
      throw new MeasurementException(e.getMessage() + "\n" + Files.readString(log).strip(), e);
    }
  }

  private Options options(BenchmarkCase benchmarkCase, int size, Path log) {
    List<String> jvmArguments = new ArrayList<>(ChildJvm.OPTIONS);
    jvmArguments.addAll(benchmarkCase.jvmArguments());
    ChainedOptionsBuilder builder = new OptionsBuilder();
    benchmarkCase.parameters(size).forEach(builder::param);
    return builder
        .include("^" + Pattern.quote(benchmarkCase.benchmarkName()) + "$")
        .mode(Mode.AverageTime)
        .timeUnit(TimeUnit.NANOSECONDS)
        .threads(1)
        .forks(effort.forked() ? 1 : 0)
        .warmupIterations(effort.warmupIterations())
        .warmupTime(time(effort.warmupTime()))
        .measurementIterations(effort.iterations())
        .measurementTime(time(effort.iterationTime()))
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true)
        .jvmArgs(jvmArguments.toArray(String[]::new))
        .output(log.toString())
        .build();
  }

  private static TimeValue time(Duration duration) {
    return TimeValue.nanoseconds(duration.toNanos());
  }

  /** Of each figure the median over the iterations, since others may use the machine too. */
  private static Sample sample(Collection<RunResult> results) {
    Collection<IterationResult> iterations =
        results.stream()
            .flatMap(result -> result.getBenchmarkResults().stream())
            .flatMap(fork -> fork.getIterationResults().stream())
            .toList();
    return new Sample(
        Median.of(iterations.stream().map(i -> i.getPrimaryResult().getScore()).toList()),
        Median.of(iterations.stream().map(JmhRun::garbage).toList()));
  }

  private static double garbage(IterationResult iteration) {
    Result<?> result = iteration.getSecondaryResults().get(GARBAGE);
    return result == null ? Double.NaN : result.getScore();
  }
}
