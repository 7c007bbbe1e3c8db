package dev.engram.arena.stress.page;

import dev.engram.arena.internal.Units;
import dev.engram.arena.stress.page.Html.Raw;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.RecordedArena;
import dev.engram.arena.stress.recording.Sample;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The single arenas of a run, each with its usage over time as a small line. */
final class ArenaTable {
  static final int WIDTH = 140;
  static final int HEIGHT = 28;

  /** So that a line at the edge is not cut in half. */
  static final int MARGIN = 2;

  private final Recorded recorded;
  private final long markMax;
  private final double secondsMax;

  ArenaTable(Recorded recorded) {
    this.recorded = recorded;
    List<Sample> samples = recorded.samples();
    this.markMax = highestMark(recorded.arenas());
    this.secondsMax = samples.isEmpty() ? 0 : samples.getLast().seconds();
  }

  static long highestMark(List<RecordedArena> arenas) {
    return arenas.stream().mapToLong(RecordedArena::highWaterMarkBytes).max().orElse(0);
  }

  /** Who it was, also where that is not known. */
  static String owner(RecordedArena arena) {
    return arena.owner().isEmpty() ? "–" : arena.owner();
  }

  String html() {
    return Html.format(
        "<h3>Arenas</h3>%n<p class=\"soft\">%s%s</p>%n%s",
        others(),
        "Lines show what was in use from the beginning of the run to its end, on one scale up to %s;"
                .formatted(Units.bytes(markMax))
            + " dashed is the arena's own high-water mark.",
        Html.raw(table()));
  }

  private String others() {
    return recorded.otherArenas() == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "The %d with the highest high-water marks; %,d others were in use. ",
            recorded.arenas().size(),
            recorded.otherArenas());
  }

  private String table() {
    Table table =
        new Table(
            "Arenas",
            "arenas",
            1,
            "Arena#",
            "Owner",
            "In use over time",
            "In use on average#",
            "at most#",
            "High-water mark#",
            "Capacity#",
            "Overflows#",
            "Resets#");
    int number = 0;
    for (RecordedArena arena : recorded.arenas()) {
      table.row(
          String.valueOf(++number),
          owner(arena),
          usage(arena),
          Units.bytes(arena.usedBytesMean()),
          Units.bytes(arena.usedBytesMax()),
          Units.bytes(arena.highWaterMarkBytes()),
          Units.bytes(arena.capacityBytes()),
          RunSection.count(arena.overflows()),
          RunSection.count(arena.resets()));
    }
    return table.html();
  }

  private Raw usage(RecordedArena arena) {
    List<Sample> samples = recorded.samples();
    List<Long> used = arena.usedBytes();
    String points =
        IntStream.range(0, Math.min(samples.size(), used.size()))
            .mapToObj(i -> left(samples.get(i).seconds()) + "," + top(used.get(i).doubleValue()))
            .collect(Collectors.joining(" "));
    String mark = top((double) arena.highWaterMarkBytes());
    return Html.raw(
        Html.format(
            """
            <svg class="spark" viewBox="0 0 %d %d" role="img" aria-label="%s in use at most">\
            <line class="mark colour-2" x1="0" x2="%d" y1="%s" y2="%s"/>\
            <polyline class="line colour-1" points="%s"/></svg>\
            """,
            WIDTH, HEIGHT, Units.bytes(arena.usedBytesMax()), WIDTH, mark, mark, points));
  }

  private String left(double seconds) {
    return Chart.number(MARGIN + share(seconds, secondsMax) * (WIDTH - 2 * MARGIN));
  }

  private String top(double bytes) {
    return Chart.number(MARGIN + (1 - share(bytes, (double) markMax)) * (HEIGHT - 2 * MARGIN));
  }

  private static double share(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
