package dev.engram.arena.stress.report;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.scenario.Invariant;
import dev.engram.arena.stress.scenario.ScenarioResult;
import dev.engram.arena.stress.scenario.StressSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run that is over, as it is written to JSON and read from there. Names carry their units as they
 * do in the library.
 *
 * @param scenario name of the scenario
 * @param endedAt date and time of its end, in UTC, as ISO 8601 has it
 * @param held whether there is something that was judged, and all of it held
 * @param interrupted whether it was stopped before its time
 * @param settings what was to be done
 * @param elapsedSeconds how long the operations took together
 * @param operations operations that were completed
 * @param operationsPerSecond 0 if none was completed
 * @param stats counters of the whole run, gauges after its end
 * @param statsAtWork while all threads were still alive
 * @param invariants everything that was judged
 * @param environment where it ran
 * @param recorded what was recorded, or null if that was not asked for
 */
public record RunReport(
    String scenario,
    String endedAt,
    boolean held,
    boolean interrupted,
    Settings settings,
    double elapsedSeconds,
    long operations,
    double operationsPerSecond,
    Map<String, @Nullable Object> stats,
    Map<String, @Nullable Object> statsAtWork,
    List<Invariant> invariants,
    Environment environment,
    @Nullable Recorded recorded) {

  /**
   * What was to be done.
   *
   * @param threads threads that worked at the same time
   * @param iterations operations of each thread, or null if there was a duration
   * @param durationSeconds how long each thread went on, or null if operations were counted
   * @param dimensions elements of each vector, or null if none were compared
   * @param candidates candidates of each operation, or null if no vectors were compared
   * @param poolSizeBytes capacity of each arena
   * @param overflow what happened to an allocation that did not fit
   * @param maxFallbackBytes bound on what is served from the system
   * @param maxTotalBytes bound on arenas and fallback together
   * @param seed decided all vectors
   * @param vectors where they came from, or null if they were generated
   */
  public record Settings(
      int threads,
      @Nullable Long iterations,
      @Nullable Double durationSeconds,
      @Nullable Integer dimensions,
      @Nullable Integer candidates,
      long poolSizeBytes,
      String overflow,
      long maxFallbackBytes,
      long maxTotalBytes,
      long seed,
      @Nullable String vectors) {

    static Settings of(StressSettings settings, boolean comparesVectors) {
      Duration duration = settings.duration();
      ArenaConfig arenas = settings.arenas();
      return new Settings(
          settings.threads(),
          duration == null ? settings.iterations() : null,
          duration == null ? null : seconds(duration),
          comparesVectors ? settings.dimensions() : null,
          comparesVectors ? settings.candidates() : null,
          arenas.poolSizeBytes(),
          arenas.overflow().name(),
          arenas.maxFallbackBytes(),
          arenas.maxTotalBytes(),
          settings.seed(),
          settings.vectorFile() == null ? null : Objects.toString(settings.vectorFile()));
    }
  }

  /**
   * A run that came to a result.
   *
   * @param scenario name of the scenario
   * @param comparesVectors whether vectors were compared in it
   * @param settings what was to be done
   * @param result what was seen
   * @param interrupted whether it was stopped before its time
   * @param recorded what was recorded, or null
   * @return the report
   */
  public static RunReport of(
      String scenario,
      boolean comparesVectors,
      StressSettings settings,
      ScenarioResult result,
      boolean interrupted,
      @Nullable Recorded recorded) {
    return new RunReport(
        scenario,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        result.held() && !result.invariants().isEmpty(),
        interrupted,
        Settings.of(settings, comparesVectors),
        seconds(result.elapsed()),
        result.operations(),
        result.operationsPerSecond(),
        figures(result.stats()),
        figures(result.atWork()),
        result.invariants(),
        Environment.here(),
        recorded);
  }

  /** All components of the record, whatever there are, and the sum that it computes. */
  private static Map<String, @Nullable Object> figures(ArenaStats stats) {
    Map<String, @Nullable Object> figures = new LinkedHashMap<>(JsonReport.components(stats));
    figures.put("totalOverflows", stats.totalOverflows());
    return figures;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /**
   * One of the counters and gauges.
   *
   * @param name as in {@link ArenaStats}, or {@code totalOverflows}
   * @return its value
   * @throws IllegalArgumentException if there is none
   */
  public long stat(String name) {
    return figure(stats, name);
  }

  /**
   * One of the gauges while all threads were still alive.
   *
   * @param name as in {@link ArenaStats}
   * @return its value
   * @throws IllegalArgumentException if there is none
   */
  public long statAtWork(String name) {
    return figure(statsAtWork, name);
  }

  private static long figure(Map<String, @Nullable Object> figures, String name) {
    if (figures.get(name) instanceof Number value) {
      return value.longValue();
    }
    throw new IllegalArgumentException("there is no figure " + name);
  }

  /**
   * What did not hold.
   *
   * @return the invariants that broke, or an empty list
   */
  public List<Invariant> broken() {
    return invariants.stream().filter(invariant -> !invariant.held()).toList();
  }
}
