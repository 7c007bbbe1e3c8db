package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import dev.engram.arena.benchmarks.measure.Measurements;
import dev.engram.arena.benchmarks.report.Figure.Verdict;
import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** A run as tables of text. */
public final class TableReport {
  private static final String NOTHING = "-";
  private static final int TIME_WIDTH = 11;
  private static final int GARBAGE_WIDTH = 11;
  private static final String FIGURE = "%-56s %16s %8s %8s %9s  %s%n";

  private final BenchReport report;
  private final Suite suite;
  private final Measurements measurements;
  private final PrintStream out;

  private TableReport(BenchReport report, PrintStream out) {
    this.report = report;
    this.suite = report.suite();
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
    if (!report.suite().sweeps().isEmpty()) {
      table.printSweep();
    }
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
    report.notes().forEach((subject, note) -> out.printf(Locale.ROOT, "%-8s %s%n", subject, note));
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
    for (Figure figure : suite.figures()) {
      Double aim = figure.aim();
      out.printf(
          Locale.ROOT,
          FIGURE,
          figure.title(),
          String.format(Locale.ROOT, "%,d %s", figure.count(), figure.unit()),
          number(OptionalDouble.of(figure.floor())),
          aim == null ? NOTHING : number(OptionalDouble.of(aim)),
          number(figure.measured(measurements)),
          figure.verdict(measurements).word());
    }
    long missed =
        suite.figures().stream().filter(f -> f.verdict(measurements) == Verdict.MISSED).count();
    out.printf(Locale.ROOT, "%n%d of %d floors are missed.%n%n", missed, suite.figures().size());
  }

  private void printTimes() {
    String time = suite.timeUnit() == TimeUnit.NANOSECONDS ? "ns" : "µs";
    int columns = suite.sizes().size();
    out.printf(
        Locale.ROOT,
        "%-36s %s   %s%n",
        "",
        right(time + " per operation, " + suite.unit(), TIME_WIDTH * columns),
        right("bytes of garbage", GARBAGE_WIDTH * columns));
    StringBuilder sizes = new StringBuilder();
    StringBuilder sizesAgain = new StringBuilder();
    for (int size : suite.sizes()) {
      String text = String.format(Locale.ROOT, "%,d", size);
      sizes.append(right(text, TIME_WIDTH));
      sizesAgain.append(right(text, GARBAGE_WIDTH));
    }
    out.printf(Locale.ROOT, "%-36s %s   %s%n", "", sizes, sizesAgain);
    double nanosInUnit = suite.timeUnit().toNanos(1);
    for (BenchmarkCase benchmarkCase : suite.cases()) {
      StringBuilder times = new StringBuilder();
      StringBuilder garbage = new StringBuilder();
      for (int size : suite.sizes()) {
        OptionalDouble nanos = measurements.medianNanos(benchmarkCase, size);
        times.append(right(number(scaled(nanos, 1 / nanosInUnit)), TIME_WIDTH));
        OptionalDouble bytes = measurements.medianGarbageBytes(benchmarkCase, size);
        garbage.append(right(whole(bytes), GARBAGE_WIDTH));
      }
      out.printf(Locale.ROOT, "%-36s %s   %s%n", benchmarkCase.title(), times, garbage);
    }
    out.println();
  }

  private void printSweep() {
    out.printf(
        Locale.ROOT, "%-36s %s%n", "", "million operations of 10 segments per second, by threads");
    StringBuilder head = new StringBuilder("%-36s ".formatted(""));
    report.effort().sweepThreads().forEach(threads -> head.append("%10d".formatted(threads)));
    out.println(head);
    for (BenchmarkCase variant : suite.sweeps()) {
      StringBuilder line = new StringBuilder("%-36s ".formatted(variant.title()));
      for (int threads : report.effort().sweepThreads()) {
        OptionalDouble rate = measurements.medianPerSecond(variant, threads);
        line.append(right(number(scaled(rate, 1e-6)), TIME_WIDTH));
      }
      out.println(line);
    }
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private static OptionalDouble scaled(OptionalDouble value, double factor) {
    return value.isEmpty() ? value : OptionalDouble.of(value.getAsDouble() * factor);
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
    String format =
        number > 0 && number < 0.1
            ? "%.3f"
            : number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, format, number);
  }
}
