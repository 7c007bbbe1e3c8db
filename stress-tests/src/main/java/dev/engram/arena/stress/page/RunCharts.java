package dev.engram.arena.stress.page;

import dev.engram.arena.internal.Units;
import dev.engram.arena.stress.page.Chart.Bar;
import dev.engram.arena.stress.page.Chart.Point;
import dev.engram.arena.stress.recording.Latency;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.RecordedArena;
import dev.engram.arena.stress.recording.Sample;
import dev.engram.arena.stress.report.RunReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** The charts of one run. */
final class RunCharts {
  private static final long CAPACITY_TO_MARK_MAX = 5;

  private final String id;
  private final RunReport run;
  private final Recorded recorded;
  private final List<Sample> samples;
  private final Axis time;

  /**
   * Charts of what was recorded.
   *
   * @param id of the run on the page
   */
  RunCharts(String id, RunReport run, Recorded recorded) {
    this.id = id;
    this.run = run;
    this.recorded = recorded;
    this.samples = recorded.samples();
    this.time = Axis.time(samples.isEmpty() ? 0 : samples.getLast().seconds());
  }

  /** All that there is something for. */
  List<String> html() {
    List<String> charts = new ArrayList<>();
    if (samples.size() > 1) {
      charts.add(throughput());
    }
    if (recorded.latency().count() > 0) {
      charts.add(latency());
    }
    if (!recorded.arenas().isEmpty()) {
      charts.add(arenas());
    }
    if (samples.size() > 1) {
      charts.add(usage());
      if (run.stat("totalOverflows") > 0) {
        charts.add(overflows());
      }
      charts.add(process());
    }
    return charts;
  }

  private String throughput() {
    List<Point> points = new ArrayList<>(rates(Sample::operations));
    // Behind the last operation threads end.
    while (points.size() > 1 && points.getLast().y() == 0) {
      points.removeLast();
    }
    double max = max(points);
    return new Chart(
            id + "-throughput",
            "Throughput",
            String.format(Locale.ROOT, "Operations per second over time, %,.0f at most.", max),
            time,
            Axis.count(max, "operations/s"))
        .line("completed by all threads", 1, points)
        .html();
  }

  private String latency() {
    Latency latency = recorded.latency();
    List<Latency.Bin> bins = latency.bins();
    double max = bins.stream().mapToDouble(Latency.Bin::count).max().orElse(0);
    return new Chart(
            id + "-latency",
            "Latency",
            "Operations by duration, from %s to %s; the median is %s."
                .formatted(
                    Units.nanos(latency.minNanos()),
                    Units.nanos(latency.maxNanos()),
                    Units.nanos(latency.nanosAt(50))),
            Axis.nanos(bins.getFirst().fromNanos(), bins.getLast().toNanos()),
            Axis.count(max, "operations"))
        .bars(
            "by duration of the operation",
            1,
            bins.stream()
                .map(bin ->
                    new Bar(
                        bin.fromNanos(),
                        bin.toNanos(),
                        bin.count(),
                        String.format(
                            Locale.ROOT,
                            "%,d from %s to %s",
                            bin.count(),
                            Units.nanos(bin.fromNanos()),
                            Units.nanos(bin.toNanos()))))
                .toList())
        .html();
  }

  private String arenas() {
    List<RecordedArena> arenas = recorded.arenas();
    long capacity = arenas.stream().mapToLong(RecordedArena::capacityBytes).max().orElse(0);
    long mark = ArenaTable.highestMark(arenas);
    // Otherwise the marks would be too low to be told apart.
    boolean capacityFits = capacity <= mark * CAPACITY_TO_MARK_MAX;
    Chart chart =
        new Chart(
                id + "-arenas",
                "High-water mark and usage by arena",
                "The most that was ever in use in each of %d arenas, %s in the fullest, and what was in"
                        .formatted(arenas.size(), Units.bytes(mark))
                    + " use on average; the capacity is %s.".formatted(Units.bytes(capacity)),
                Axis.numbered(arenas.size(), "arena"),
                Axis.bytes((double) (capacityFits ? Math.max(capacity, mark) : mark)))
            .bars(
                "high-water mark, of " + Units.bytes(capacity),
                2,
                bars(arenas, 0.4, RecordedArena::highWaterMarkBytes))
            .bars("in use on average", 1, bars(arenas, 0.28, RecordedArena::usedBytesMean));
    return capacityFits ? chart.bound("capacity", (double) capacity).html() : chart.html();
  }

  /** One for each arena, to both sides of its number. */
  private static List<Bar> bars(
      List<RecordedArena> arenas, double side, ToLongFunction<RecordedArena> figure) {
    return IntStream.range(0, arenas.size())
        .mapToObj(i -> {
          RecordedArena arena = arenas.get(i);
          long bytes = figure.applyAsLong(arena);
          return new Bar(
              i + 1 - side,
              i + 1 + side,
              bytes,
              "%d, %s: %s".formatted(i + 1, ArenaTable.owner(arena), Units.bytesExactly(bytes)));
        })
        .toList();
  }

  private String usage() {
    List<Point> touched = gauge(Sample::touchedBytes);
    List<Point> used = gauge(Sample::usedBytes);
    List<Point> fallback = gauge(Sample::heldFallbackBytes);
    double max = Math.max(max(touched), Math.max(max(used), max(fallback)));
    Chart chart =
        new Chart(
                id + "-usage",
                "Memory of all arenas",
                "In use and touched in arenas, and held from the system, over time; %s at most."
                    .formatted(Units.bytes((long) max)),
                time,
                Axis.bytes(max))
            .line("touched", 2, touched)
            .line("in use", 1, used);
    return max(fallback) > 0 ? chart.line("fallback", 3, fallback).html() : chart.html();
  }

  private String overflows() {
    List<Point> refused = rates(Sample::overflowErrors);
    List<Point> served = rates(Sample::overflowFallbacks);
    double max = Math.max(max(refused), max(served));
    return new Chart(
            id + "-overflows",
            "Overflows",
            String.format(
                Locale.ROOT,
                "Allocations that did not fit per second over time, %,.0f at most.",
                max),
            time,
            Axis.count(max, "overflows/s"))
        .line("refused", 2, refused)
        .line("served by fallback", 3, served)
        .html();
  }

  private String process() {
    List<Point> resident = gauge(Sample::residentBytes);
    return new Chart(
            id + "-process",
            "Memory of the process",
            "Resident memory over time, the Java heap included, %s at most."
                .formatted(Units.bytes((long) max(resident))),
            time,
            Axis.bytes(max(resident)))
        .line("resident, with the Java heap", 1, resident)
        .html();
  }

  private List<Point> gauge(ToDoubleFunction<Sample> figure) {
    return samples.stream()
        .map(sample -> new Point(sample.seconds(), figure.applyAsDouble(sample)))
        .toList();
  }

  /** Of each interval between two samples, at its end. */
  private List<Point> rates(ToDoubleFunction<Sample> counter) {
    List<Point> rates = new ArrayList<>();
    double usual = 0;
    for (int i = 1; i < samples.size(); i++) {
      Sample before = samples.get(i - 1);
      Sample now = samples.get(i);
      double seconds = now.seconds() - before.seconds();
      // The last one may be no more than the rest of the time, in which threads end.
      if (seconds > usual / 2) {
        double more = counter.applyAsDouble(now) - counter.applyAsDouble(before);
        rates.add(new Point(now.seconds(), more / seconds));
      }
      usual = seconds;
    }
    return rates;
  }

  private static double max(List<Point> points) {
    return points.stream().mapToDouble(Point::y).max().orElse(0);
  }
}
