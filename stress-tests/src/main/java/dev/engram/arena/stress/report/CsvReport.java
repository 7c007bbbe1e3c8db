package dev.engram.arena.stress.report;

import dev.engram.arena.stress.recording.ArenaSample;
import dev.engram.arena.stress.recording.Latency;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.RecordedArena;
import dev.engram.arena.stress.recording.Sample;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was recorded as CSV (RFC 4180): a line of names, then one for each record of each run. */
public final class CsvReport {
  private CsvReport() {}

  /**
   * Samples over time.
   *
   * @param report the runs
   * @return the text of a file
   */
  public static String samples(SuiteReport report) {
    return text(report, Sample.class, Recorded::samples);
  }

  /**
   * Percentiles of the latency.
   *
   * @param report the runs
   * @return the text of a file
   */
  public static String latency(SuiteReport report) {
    return text(report, Latency.Percentile.class, recorded -> recorded.latency().percentiles());
  }

  /**
   * The histogram of the latency.
   *
   * @param report the runs
   * @return the text of a file
   */
  public static String histogram(SuiteReport report) {
    return text(report, Latency.Bin.class, recorded -> recorded.latency().bins());
  }

  /**
   * Single arenas.
   *
   * @param report the runs
   * @return the text of a file
   */
  public static String arenas(SuiteReport report) {
    return text(report, RecordedArena.class, Recorded::arenas);
  }

  /**
   * Usage of single arenas over time.
   *
   * @param report the runs
   * @return the text of a file
   */
  public static String arenaUsage(SuiteReport report) {
    return text(report, ArenaSample.class, Recorded::arenaSamples);
  }

  private static <T extends Record> String text(
      SuiteReport report, Class<T> type, Function<Recorded, List<T>> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(
        Stream.concat(Stream.of("run"), columns(type).map(RecordComponent::getName))
            .collect(Collectors.joining(",")));
    for (SuiteReport.Entry entry : report.runs()) {
      RunReport run = entry.report();
      Recorded recorded = run == null ? null : run.recorded();
      if (recorded != null) {
        rows.apply(recorded).forEach(row -> lines.add(line(entry.name(), row)));
      }
    }
    return String.join("\r\n", lines) + "\r\n";
  }

  private static String line(String run, Record row) {
    return Stream.concat(
            Stream.of(run),
            columns(row.getClass()).map(component -> String.valueOf(Records.value(component, row))))
        .map(CsvReport::quoted)
        .collect(Collectors.joining(","));
  }

  /** What is one value; a list has a file of its own. */
  private static Stream<RecordComponent> columns(Class<?> type) {
    return Stream.of(type.getRecordComponents())
        .filter(component -> component.getType() != List.class);
  }

  static String quoted(String text) {
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
