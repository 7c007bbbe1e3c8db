package dev.engram.arena.stress.report;

import dev.engram.arena.internal.Units;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.scenario.Invariant;
import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A suite as a table of text. */
public final class SuiteTable {
  private static final String LINE = "%-18s %-11s %7s %12s %10s %9s %9s %9s %10s %9s%n";

  private SuiteTable() {}

  /**
   * Prints a suite.
   *
   * @param report what to print
   * @param out where to
   */
  public static void print(SuiteReport report, PrintStream out) {
    out.printf(
        Locale.ROOT,
        LINE,
        "run",
        "verdict",
        "held",
        "operations",
        "per second",
        "median",
        "99 %",
        "mark",
        "overflows",
        "elapsed");
    report.runs().forEach(entry -> print(entry, out));
    out.println();
    report.runs().forEach(entry -> printBroken(entry, out));
    out.println(verdict(report));
  }

  private static void print(SuiteReport.Entry entry, PrintStream out) {
    RunReport run = entry.report();
    if (run == null) {
      out.printf(Locale.ROOT, "%-18s no result, exit code %d%n", entry.name(), entry.exitCode());
      return;
    }
    int count = run.invariants().size();
    out.printf(
        Locale.ROOT,
        LINE,
        entry.name(),
        !run.broken().isEmpty() ? "BROKEN" : run.interrupted() ? "interrupted" : "held",
        (count - run.broken().size()) + "/" + count,
        String.format(Locale.ROOT, "%,d", run.operations()),
        String.format(Locale.ROOT, "%,.0f", run.operationsPerSecond()),
        latency(run.recorded(), 50),
        latency(run.recorded(), 99),
        Units.bytes(run.stat("maxHighWaterMarkBytes")),
        String.format(Locale.ROOT, "%,d", run.stat("totalOverflows")),
        String.format(Locale.ROOT, "%.1f s", run.elapsedSeconds()));
  }

  private static String latency(@Nullable Recorded recorded, double percent) {
    return recorded == null || recorded.latency().count() == 0
        ? "–"
        : Units.nanos(recorded.latency().nanosAt(percent));
  }

  private static void printBroken(SuiteReport.Entry entry, PrintStream out) {
    RunReport run = entry.report();
    if (run != null) {
      for (Invariant invariant : run.broken()) {
        out.printf("BROKEN  %s: %s: %s%n", entry.name(), invariant.name(), invariant.detail());
      }
    }
  }

  private static String verdict(SuiteReport report) {
    String failed =
        report.runs().stream()
            .filter(entry -> !entry.held())
            .map(SuiteReport.Entry::name)
            .collect(Collectors.joining(", "));
    String seconds = String.format(Locale.ROOT, "%.1f s", report.elapsedSeconds());
    if (report.interrupted()) {
      return "Interrupted after " + seconds + ".";
    }
    return failed.isEmpty()
        ? "All %d runs held, in %s.".formatted(report.runs().size(), seconds)
        : "These did not hold: %s. It took %s.".formatted(failed, seconds);
  }
}
