package dev.engram.arena;

import dev.engram.arena.internal.Units;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The arenas of the process at one moment, to be looked at: its text is a table. Immutable.
 *
 * @param stats totals and gauges of all arenas
 * @param arenas the arenas one by one, read right after the totals
 */
public record ArenaReport(ArenaStats stats, List<ArenaUsage> arenas) {
  /** More do not fit a screen. */
  private static final int ROWS_MAX = 16;

  private static final int BAR_WIDTH = 20;

  private static final Comparator<ArenaUsage> FULLEST_FIRST =
      Comparator.comparingDouble(ArenaUsage::usedShare)
          .thenComparingDouble(ArenaUsage::highWaterMarkShare)
          .reversed()
          .thenComparingLong(ArenaUsage::slot);

  /** Keeps the list as it is. */
  public ArenaReport {
    arenas = List.copyOf(arenas);
  }

  /**
   * A line of totals and a table of the arenas, the fullest first, with a bar each of what is in
   * use and of the high-water mark. At most 16 arenas have a row, or else the fullest 15, and the
   * others are summed up in one.
   *
   * @return lines of text
   */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder(totals());
    if (!arenas.isEmpty()) {
      addRow(
          table,
          "slot",
          "[# used, = high water]",
          "in use",
          "high water",
          "capacity",
          "fallback",
          "overflows",
          "resets",
          "whose");
    }
    List<ArenaUsage> sorted = arenas.stream().sorted(FULLEST_FIRST).toList();
    int rows = sorted.size() > ROWS_MAX ? ROWS_MAX - 1 : sorted.size();
    sorted.subList(0, rows).forEach(arena -> addRow(table, arena));
    if (rows < sorted.size()) {
      addRest(table, sorted.subList(rows, sorted.size()));
    }
    return table.toString();
  }

  private static void addRow(StringBuilder table, ArenaUsage arena) {
    addRow(
        table,
        Long.toString(arena.slot()),
        bar(arena),
        Units.bytes(arena.usedBytes()),
        Units.bytes(arena.highWaterMarkBytes()),
        Units.bytes(arena.capacityBytes()),
        Units.bytes(arena.usedFallbackBytes()),
        count(arena.overflowCount()),
        count(arena.resetCount()),
        whose(arena));
  }

  private static void addRest(StringBuilder table, List<ArenaUsage> rest) {
    addRow(
        table,
        "",
        "",
        Units.bytes(rest.stream().mapToLong(ArenaUsage::usedBytes).sum()),
        "",
        Units.bytes(rest.stream().mapToLong(ArenaUsage::capacityBytes).sum()),
        Units.bytes(rest.stream().mapToLong(ArenaUsage::usedFallbackBytes).sum()),
        count(rest.stream().mapToLong(ArenaUsage::overflowCount).sum()),
        count(rest.stream().mapToLong(ArenaUsage::resetCount).sum()),
        count(rest.size()) + " more arenas");
  }

  private static void addRow(StringBuilder table, Object... cells) {
    // In front of each a line end: there is none behind the last.
    table.append(
        String.format(Locale.ROOT, "\n%4s  %-22s %10s %10s %10s %10s %9s %11s  %s", cells));
  }

  private String totals() {
    String totals =
        String.format(
            Locale.ROOT,
            "%,d arenas: %s in use of %s reserved, %s from the system; %,d overflows, %,d resets",
            stats.liveArenas(),
            Units.bytes(stats.usedBytes()),
            Units.bytes(stats.reservedBytes()),
            Units.bytes(stats.heldFallbackBytes()),
            stats.totalOverflows(),
            stats.totalResets());
    return stats.quarantinedBytes() == 0
        ? totals
        : totals + "; " + Units.bytes(stats.quarantinedBytes()) + " in quarantine";
  }

  private static String bar(ArenaUsage arena) {
    int used = marks(arena.usedShare());
    int highWater = marks(arena.highWaterMarkShare());
    return "[%s%s%s]"
        .formatted(
            "#".repeat(used), "=".repeat(highWater - used), ".".repeat(BAR_WIDTH - highWater));
  }

  /** Rounded up: what is not empty does not look empty. */
  private static int marks(double share) {
    return (int) Math.ceil(Math.min(share, 1) * BAR_WIDTH);
  }

  private static String whose(ArenaUsage arena) {
    String name = arena.threadName();
    return switch (arena.state()) {
      case OWNED -> name.isEmpty() ? "a thread that Java does not know" : name;
      case LEASED -> name.isEmpty() ? "leased" : name + " (leased)";
      case POOLED -> "in the pool";
      case QUARANTINED -> "quarantined";
    };
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
