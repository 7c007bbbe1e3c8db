package dev.engram.arena.stress.page;

import dev.engram.arena.internal.Units;
import dev.engram.arena.stress.page.Html.Raw;
import dev.engram.arena.stress.recording.Latency;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.Sample;
import dev.engram.arena.stress.report.RunReport;
import dev.engram.arena.stress.report.SuiteReport;
import dev.engram.arena.stress.report.TableReport;
import dev.engram.arena.stress.scenario.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What the page says of one run. */
final class RunSection {
  private RunSection() {}

  static String html(SuiteReport.Entry entry) {
    RunReport run = entry.report();
    if (run == null) {
      return Html.format(
          """
          <section id="%s"><div class="heading"><h2>%s</h2>%s</div>
          <p>Its JVM ended with exit code %d and left no report.</p></section>
          """,
          entry.name(), entry.name(), verdict(entry), entry.exitCode());
    }
    Recorded recorded = run.recorded();
    return Html.format(
        """
        <section id="%s"><div class="heading"><h2>%s</h2>%s</div>
        <p class="soft">%s, arenas of %s, overflow %s. %s</p>
        %s%s<h3>Invariants</h3>
        %s%s<details><summary>Settings</summary>
        %s</details></section>
        """,
        entry.name(),
        entry.name(),
        verdict(entry),
        TableReport.extent(run.settings()),
        Units.bytes(run.settings().poolSizeBytes()),
        run.settings().overflow().toLowerCase(Locale.ROOT),
        TableReport.verdict(run),
        facts(run, recorded),
        Html.raw(recorded == null ? "" : charts(entry.name(), run, recorded)),
        invariants(run.invariants()),
        Html.raw(recorded == null ? "" : tables(recorded)),
        settings(run.settings()));
  }

  /** A word, and its colour. */
  static Raw verdict(SuiteReport.Entry entry) {
    RunReport run = entry.report();
    if (run == null) {
      return verdict("broken", "no result");
    }
    if (!run.broken().isEmpty() || entry.exitCode() == 1) {
      return verdict("broken", "broken");
    }
    return run.interrupted() ? verdict("interrupted", "interrupted") : verdict("held", "held");
  }

  static Raw verdict(String style, String word) {
    return Html.raw("<span class=\"verdict %s\">%s</span>".formatted(style, word));
  }

  private static Raw facts(RunReport run, @Nullable Recorded recorded) {
    List<String> facts = new ArrayList<>();
    facts.add(fact("Operations", "%,d", run.operations()));
    facts.add(fact("Elapsed", "%,.2f s", run.elapsedSeconds()));
    facts.add(fact("Throughput", "%,.0f/s", run.operationsPerSecond()));
    if (recorded != null && recorded.latency().count() > 0) {
      facts.add(fact("Median latency", "%s", Units.nanos(recorded.latency().nanosAt(50))));
      facts.add(fact("99 % take at most", "%s", Units.nanos(recorded.latency().nanosAt(99))));
    }
    facts.add(fact("High-water mark", "%s", Units.bytes(run.stat("maxHighWaterMarkBytes"))));
    facts.add(fact("Arenas at once", "%,d", run.statAtWork("liveArenas")));
    facts.add(fact("Resets", "%,d", run.stat("totalResets")));
    facts.add(fact("Overflows refused", "%,d", run.stat("overflowErrors")));
    facts.add(fact("Served by fallback", "%,d", run.stat("overflowFallbacks")));
    return Html.raw("<dl class=\"facts\">%s</dl>%n".formatted(String.join("", facts)));
  }

  private static String fact(String name, String format, Object value) {
    return Html.format(
        "<div><dt>%s</dt><dd>%s</dd></div>", name, String.format(Locale.ROOT, format, value));
  }

  private static String charts(String id, RunReport run, Recorded recorded) {
    return "<div class=\"charts\">%n%s</div>%n"
        .formatted(String.join("", new RunCharts(id, run, recorded).html()));
  }

  private static Raw invariants(List<Invariant> invariants) {
    Table table = new Table("Invariants", "invariants", 1, "", "What must hold", "Judged by");
    for (Invariant invariant : invariants) {
      table.row(
          invariant.held() ? verdict("held", "held") : verdict("broken", "broken"),
          invariant.name(),
          invariant.detail());
    }
    return Html.raw(table.html());
  }

  private static String tables(Recorded recorded) {
    StringBuilder html = new StringBuilder("<div class=\"pair\">");
    if (recorded.latency().count() > 0) {
      html.append("<div><h3>Latency</h3>").append(latency(recorded.latency())).append("</div>");
    }
    if (!recorded.samples().isEmpty()) {
      html.append("<div><h3>Over time</h3>").append(overTime(recorded.samples())).append("</div>");
    }
    html.append("</div>\n");
    if (!recorded.arenas().isEmpty()) {
      html.append(new ArenaTable(recorded).html());
    }
    return html.toString();
  }

  private static String latency(Latency latency) {
    Table table = new Table("Latency by percentile", "", 0, "Operations", "take at most#");
    for (Latency.Percentile percentile : latency.percentiles()) {
      table.row(
          percentile.percent() == 100 ? "all" : plain(percentile.percent()) + " %",
          Units.nanos(percentile.nanos()));
    }
    return table.row("on average", Units.nanos(latency.meanNanos())).html();
  }

  private static String plain(double percent) {
    return percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent);
  }

  private static String overTime(List<Sample> samples) {
    Table table = new Table("Memory over time", "", 0, "", "at first#", "at most#", "at last#");
    row(table, "Resident memory", samples, Sample::residentBytes, Units::bytes);
    row(table, "Mappings", samples, Sample::mappings, RunSection::count);
    row(table, "Arenas", samples, Sample::liveArenas, RunSection::count);
    row(table, "Reserved by arenas", samples, Sample::reservedBytes, Units::bytes);
    row(table, "Touched in arenas", samples, Sample::touchedBytes, Units::bytes);
    row(table, "In use in arenas", samples, Sample::usedBytes, Units::bytes);
    row(table, "Fallback chunks", samples, Sample::heldFallbackBytes, Units::bytes);
    return table.html();
  }

  private static void row(
      Table table,
      String name,
      List<Sample> samples,
      ToLongFunction<Sample> figure,
      Function<Long, String> text) {
    table.row(
        name,
        text.apply(figure.applyAsLong(samples.getFirst())),
        text.apply(samples.stream().mapToLong(figure).max().orElse(0)),
        text.apply(figure.applyAsLong(samples.getLast())));
  }

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static Raw settings(RunReport.Settings settings) {
    Table table = new Table("Settings", "", 0, "Setting", "Value");
    table.row("Threads", count(settings.threads()));
    table.row("Extent", TableReport.extent(settings));
    table.row("Pool size", Units.bytesExactly(settings.poolSizeBytes()));
    table.row("Overflow", settings.overflow());
    table.row("Most fallback", bound(settings.maxFallbackBytes()));
    table.row("Most in total", bound(settings.maxTotalBytes()));
    Integer dimensions = settings.dimensions();
    Integer candidates = settings.candidates();
    if (dimensions != null && candidates != null) {
      String vectors = settings.vectors();
      table.row("Vectors", vectors == null ? "generated" : vectors);
      table.row("Dimensions", count(dimensions));
      table.row("Candidates", count(candidates));
    }
    return Html.raw(table.row("Seed", String.valueOf(settings.seed())).html());
  }

  private static String bound(long bytes) {
    return bytes == Long.MAX_VALUE ? "unlimited" : Units.bytesExactly(bytes);
  }
}
