package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.measure.Measurements;
import dev.engram.arena.benchmarks.measure.SweepRun;
import dev.engram.arena.benchmarks.report.Figure.Verdict;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A run as tables of text. */
public final class TableReport {
  private static final String NOTHING = "-";
  private static final String FIGURE = "%-56s %12s %8s %8s %9s  %s%n";
  private static final String OPERATION = "%-36s %10s%10s%10s   %8s%9s%9s%n";

  private final BenchReport report;
  private final Measurements measurements;
  private final PrintStream out;

  private TableReport(BenchReport report, PrintStream out) {
    this.report = report;
    this.measurements = report.measurements();
    this.out = out;
  }

  /**
   * Prints a run.
   *
   * @param report what to print
   * @param out where to
   */
  public static void print(BenchReport report, PrintStream out) {
    TableReport table = new TableReport(report, out);
    table.printHead();
    table.printFigures();
    table.printTimes();
    table.printSweep();
  }

  private void printHead() {
    out.printf(
        Locale.ROOT, "cpu      %s, %d cores%n", report.machine().cpu(), report.machine().cpus());
    out.printf(Locale.ROOT, "java     %s%n", report.machine().java());
    out.printf(Locale.ROOT, "os       %s%n", report.machine().os());
    out.printf(
        Locale.ROOT,
        "began    %s, load average %.2f%n",
        report.machine().began(),
        report.machine().loadAverage());
    out.printf(
        Locale.ROOT,
        "effort   median of %d forks, %d iterations of %d ms each; %d s in all%n%n",
        report.effort().rounds(),
        report.effort().iterations(),
        report.effort().iterationTime().toMillis(),
        report.elapsed().toSeconds());
  }

  private void printFigures() {
    out.printf(Locale.ROOT, FIGURE, "figure", "", "floor", "aim", "measured", "holds");
    for (Figure figure : Figures.ALL) {
      Double aim = figure.aim();
      out.printf(
          Locale.ROOT,
          FIGURE,
          figure.title(),
          figure.count() + " " + figure.unit(),
          number(OptionalDouble.of(figure.floor())),
          aim == null ? NOTHING : number(OptionalDouble.of(aim)),
          number(figure.measured(measurements)),
          figure.verdict(measurements).word());
    }
    long missed =
        Figures.ALL.stream().filter(f -> f.verdict(measurements) == Verdict.MISSED).count();
    out.printf(Locale.ROOT, "%n%d of %d floors are missed.%n%n", missed, Figures.ALL.size());
  }

  private void printTimes() {
    out.printf(
        Locale.ROOT, "%-36s %30s   %26s%n", "", "ns per operation, segments", "bytes of garbage");
    out.printf(Locale.ROOT, OPERATION, "", "1", "10", "100", "1", "10", "100");
    for (Variant variant : Variant.values()) {
      List<String> nanos =
          Measurements.SEGMENTS.stream()
              .map(segments -> number(measurements.medianNanos(variant, segments)))
              .toList();
      List<String> bytes =
          Measurements.SEGMENTS.stream()
              .map(segments -> whole(measurements.medianGarbageBytes(variant, segments)))
              .toList();
      out.printf(
          Locale.ROOT,
          OPERATION,
          variant.title(),
          nanos.get(0),
          nanos.get(1),
          nanos.get(2),
          bytes.get(0),
          bytes.get(1),
          bytes.get(2));
    }
    out.println();
  }

  private void printSweep() {
    out.printf(
        Locale.ROOT, "%-36s %s%n", "", "million operations of 10 segments per second, by threads");
    StringBuilder head = new StringBuilder("%-36s ".formatted(""));
    report.effort().sweepThreads().forEach(threads -> head.append("%10d".formatted(threads)));
    out.println(head);
    for (Variant variant : SweepRun.VARIANTS) {
      StringBuilder line = new StringBuilder("%-36s ".formatted(variant.title()));
      for (int threads : report.effort().sweepThreads()) {
        OptionalDouble rate = measurements.medianPerSecond(variant, threads);
        line.append(
            "%10s"
                .formatted(
                    rate.isEmpty()
                        ? NOTHING
                        : number(OptionalDouble.of(rate.getAsDouble() / 1e6))));
      }
      out.println(line);
    }
  }

  private static String whole(OptionalDouble value) {
    return value.isEmpty() ? NOTHING : String.format(Locale.ROOT, "%,.0f", value.getAsDouble());
  }

  /** Three significant digits or a little more. */
  static String number(OptionalDouble value) {
    if (value.isEmpty()) {
      return NOTHING;
    }
    double number = value.getAsDouble();
    String format = number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, format, number);
  }
}
