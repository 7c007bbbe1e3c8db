package dev.engram.arena.stress.report;

import dev.engram.arena.internal.Units;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.scenario.Invariant;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A run as a table of text. */
public final class TableReport {
  private TableReport() {}

  /**
   * Prints a run.
   *
   * @param report what to print
   * @param out where to
   */
  public static void print(RunReport report, PrintStream out) {
    RunReport.Settings settings = report.settings();
    out.printf(Locale.ROOT, "scenario         %s, %s%n", report.scenario(), extent(settings));
    if (settings.dimensions() != null) {
      printVectors(settings, out);
    }
    out.printf(
        Locale.ROOT,
        "pool size        %s, overflow %s%n",
        Units.bytesExactly(settings.poolSizeBytes()),
        settings.overflow().toLowerCase(Locale.ROOT));
    out.printf(Locale.ROOT, "operations       %,d%n", report.operations());
    out.printf(Locale.ROOT, "elapsed          %.3f s%n", report.elapsedSeconds());
    out.printf(Locale.ROOT, "throughput       %,.0f operations/s%n", report.operationsPerSecond());
    Recorded recorded = report.recorded();
    if (recorded != null && recorded.latency().count() > 0) {
      out.printf(
          Locale.ROOT,
          "latency          %s median, %s at 99 %%, %s at most%n",
          Units.nanos(recorded.latency().nanosAt(50)),
          Units.nanos(recorded.latency().nanosAt(99)),
          Units.nanos(recorded.latency().maxNanos()));
    }
    out.printf(
        Locale.ROOT,
        "arenas           %,d at once, %s reserved%n",
        report.statAtWork("liveArenas"),
        Units.bytes(report.statAtWork("reservedBytes")));
    out.printf(Locale.ROOT, "resets           %,d%n", report.stat("totalResets"));
    out.printf(
        Locale.ROOT,
        "overflows        %,d (%,d refused, %,d served by fallback)%n",
        report.stat("totalOverflows"),
        report.stat("overflowErrors"),
        report.stat("overflowFallbacks"));
    out.printf(
        Locale.ROOT,
        "high-water mark  %s%n",
        Units.bytesExactly(report.stat("maxHighWaterMarkBytes")));
    out.println();
    printInvariants(report, out);
  }

  private static void printVectors(RunReport.Settings settings, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "vectors          %,d floats × %,d candidates, %sseed %d%n",
        settings.dimensions(),
        settings.candidates(),
        settings.vectors() == null ? "" : "from " + settings.vectors() + ", ",
        settings.seed());
  }

  /**
   * How much was to be done.
   *
   * @param settings of the run
   * @return threads, and iterations or seconds
   */
  public static String extent(RunReport.Settings settings) {
    return settings.durationSeconds() == null
        ? String.format(
            Locale.ROOT, "%,d threads × %,d iterations", settings.threads(), settings.iterations())
        : String.format(
            Locale.ROOT, "%,d threads for %.1f s", settings.threads(), settings.durationSeconds());
  }

  private static void printInvariants(RunReport report, PrintStream out) {
    List<Invariant> invariants = report.invariants();
    int width = invariants.stream().mapToInt(i -> i.name().length()).max().orElse(0);
    for (Invariant invariant : invariants) {
      out.printf(
          Locale.ROOT,
          "%-6s  %-" + width + "s  %s%n",
          invariant.held() ? "held" : "BROKEN",
          invariant.name(),
          invariant.detail());
    }
    out.println();
    out.println(verdict(report));
  }

  /**
   * What the run came to, in a sentence.
   *
   * @param report the run
   * @return which invariants broke, if any did, and whether it was interrupted
   */
  public static String verdict(RunReport report) {
    List<Invariant> broken = report.broken();
    int count = report.invariants().size();
    String verdict =
        broken.isEmpty()
            ? "All %d invariants held.".formatted(count)
            : "%d of %d invariants broke: %s."
                .formatted(
                    broken.size(),
                    count,
                    broken.stream().map(Invariant::name).collect(Collectors.joining("; ")));
    if (!report.interrupted()) {
      return verdict;
    }
    return count == 0
        ? "Interrupted before anything could be judged."
        : "Interrupted; of what was done until then: " + verdict;
  }
}
