package dev.engram.arena.stress.report;

import dev.engram.arena.stress.recording.Latency;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.Sample;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What has changed between two reports, as ratios of the new to the old. */
public final class Comparison {
  private record Figure(String name, ToDoubleFunction<RunReport> value) {}

  private static final List<Figure> FIGURES =
      List.of(
          new Figure("ops/s", RunReport::operationsPerSecond),
          new Figure("p50", run -> percentile(run, 50)),
          new Figure("p90", run -> percentile(run, 90)),
          new Figure("p99", run -> percentile(run, 99)),
          new Figure("p99.9", run -> percentile(run, 99.9)),
          new Figure("mark", run -> run.stat("maxHighWaterMarkBytes")),
          new Figure("touched", run -> run.statAtWork("touchedBytes")),
          new Figure("resident", Comparison::residentBytesMax));

  private Comparison() {}

  /**
   * Prints a line of ratios for each run.
   *
   * @param older what to compare with
   * @param newer what is compared
   * @param out where to
   */
  public static void print(SuiteReport older, SuiteReport newer, PrintStream out) {
    int width = Math.max(3, newer.runs().stream().mapToInt(e -> e.name().length()).max().orElse(0));
    StringBuilder head = new StringBuilder(cell("run", -width));
    FIGURES.forEach(figure -> head.append(cell(figure.name, 10)));
    out.println("new / old");
    out.println(head);
    for (SuiteReport.Entry entry : newer.runs()) {
      RunReport old = find(older, entry.name());
      out.println(cell(entry.name(), -width) + line(old, entry.report()));
      if (old != null && entry.report() != null) {
        differences(old, entry.report()).forEach(difference -> out.println("  " + difference));
      }
    }
  }

  private static @Nullable RunReport find(SuiteReport report, String name) {
    return report.runs().stream()
        .filter(entry -> entry.name().equals(name))
        .map(SuiteReport.Entry::report)
        .findFirst()
        .orElse(null);
  }

  private static String line(@Nullable RunReport old, @Nullable RunReport now) {
    if (old == null || now == null) {
      return old == null ? "  is not in the old report" : "  has come to no result";
    }
    StringBuilder line = new StringBuilder();
    for (Figure figure : FIGURES) {
      line.append(
          cell(ratio(figure.value.applyAsDouble(old), figure.value.applyAsDouble(now)), 10));
    }
    return line.toString();
  }

  private static String cell(String text, int width) {
    return String.format(Locale.ROOT, "%" + width + "s", text);
  }

  /** A dash where one of the two was not measured, or nothing was. */
  static String ratio(double old, double now) {
    return old > 0 && now >= 0 ? String.format(Locale.ROOT, "%.2f", now / old) : "–";
  }

  /** Ratios of runs that did something else, or elsewhere, say little. */
  static List<String> differences(RunReport old, RunReport now) {
    List<String> differences = new ArrayList<>();
    differences.addAll(changes(old.environment(), now.environment()));
    differences.addAll(changes(old.settings(), now.settings()));
    if (old.interrupted() || now.interrupted()) {
      differences.add("one of the two was interrupted");
    }
    return differences;
  }

  /** The time aside: rates and percentiles of a longer run are of the same kind. */
  private static List<String> changes(Record old, Record now) {
    return Stream.of(now.getClass().getRecordComponents())
        .filter(component -> !component.getName().equals("durationSeconds"))
        .filter(component ->
            !Objects.equals(Records.value(component, old), Records.value(component, now)))
        .map(component ->
            "%s was %s, is %s"
                .formatted(
                    component.getName(),
                    Records.value(component, old),
                    Records.value(component, now)))
        .toList();
  }

  private static double percentile(RunReport run, double percent) {
    Recorded recorded = run.recorded();
    Latency latency = recorded == null ? null : recorded.latency();
    return latency == null || latency.count() == 0 ? -1 : latency.nanosAt(percent);
  }

  private static double residentBytesMax(RunReport run) {
    Recorded recorded = run.recorded();
    return recorded == null
        ? -1
        : recorded.samples().stream().mapToLong(Sample::residentBytes).max().orElse(-1);
  }
}
