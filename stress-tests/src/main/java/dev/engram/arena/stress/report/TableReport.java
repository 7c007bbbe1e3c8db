package dev.engram.arena.stress.report;

import dev.engram.arena.ArenaStats;
import dev.engram.arena.internal.Units;
import dev.engram.arena.stress.scenario.Invariant;
import dev.engram.arena.stress.scenario.ScenarioResult;
import dev.engram.arena.stress.scenario.StressSettings;
import java.io.PrintStream;
import java.time.Duration;
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
    StressSettings settings = report.settings();
    ScenarioResult result = report.result();
    ArenaStats stats = result.stats();
    out.printf(Locale.ROOT, "scenario         %s, %s%n", report.scenario(), extent(settings));
    if (report.comparesVectors()) {
      printVectors(settings, out);
    }
    out.printf(
        Locale.ROOT,
        "pool size        %s, overflow %s%n",
        Units.bytesExactly(settings.arenas().poolSizeBytes()),
        settings.arenas().overflow().name().toLowerCase(Locale.ROOT));
    out.printf(Locale.ROOT, "operations       %,d%n", result.operations());
    out.printf(Locale.ROOT, "elapsed          %.3f s%n", seconds(result.elapsed()));
    out.printf(Locale.ROOT, "throughput       %,.0f operations/s%n", result.operationsPerSecond());
    out.printf(
        Locale.ROOT,
        "arenas           %,d at once, %s reserved%n",
        result.atWork().liveArenas(),
        Units.bytes(result.atWork().reservedBytes()));
    out.printf(Locale.ROOT, "resets           %,d%n", stats.totalResets());
    out.printf(
        Locale.ROOT,
        "overflows        %,d (%,d refused, %,d served by fallback)%n",
        stats.totalOverflows(),
        stats.overflowErrors(),
        stats.overflowFallbacks());
    out.printf(
        Locale.ROOT, "high-water mark  %s%n", Units.bytesExactly(stats.maxHighWaterMarkBytes()));
    out.println();
    printInvariants(result.invariants(), out);
  }

  private static void printVectors(StressSettings settings, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "vectors          %,d floats × %,d candidates, %sseed %d%n",
        settings.dimensions(),
        settings.candidates(),
        settings.vectorFile() == null ? "" : "from " + settings.vectorFile() + ", ",
        settings.seed());
  }

  private static String extent(StressSettings settings) {
    Duration duration = settings.duration();
    return duration == null
        ? String.format(
            Locale.ROOT, "%,d threads × %,d iterations", settings.threads(), settings.iterations())
        : String.format(
            Locale.ROOT, "%,d threads for %.1f s", settings.threads(), seconds(duration));
  }

  private static void printInvariants(List<Invariant> invariants, PrintStream out) {
    int width = invariants.stream().mapToInt(i -> i.name().length()).max().orElse(0);
    for (Invariant invariant : invariants) {
      out.printf(
          Locale.ROOT,
          "%-6s  %-" + width + "s  %s%n",
          invariant.held() ? "held" : "BROKEN",
          invariant.name(),
          invariant.detail());
    }
    List<Invariant> broken = invariants.stream().filter(i -> !i.held()).toList();
    out.println();
    out.println(
        broken.isEmpty()
            ? "All %d invariants held.".formatted(invariants.size())
            : "%d of %d invariants broke: %s."
                .formatted(
                    broken.size(),
                    invariants.size(),
                    broken.stream().map(Invariant::name).collect(Collectors.joining("; "))));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
