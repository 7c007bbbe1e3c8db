package dev.engram.arena.stress.page;

import dev.engram.arena.internal.Units;
import dev.engram.arena.stress.page.Html.Raw;
import dev.engram.arena.stress.recording.Latency;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.report.Environment;
import dev.engram.arena.stress.report.RunReport;
import dev.engram.arena.stress.report.SuiteReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report as a page. Nothing in it is loaded from elsewhere, and nothing is run. */
public final class ReportPage {
  private static final String STYLE = "page.css";

  private ReportPage() {}

  /**
   * The page.
   *
   * @param report of a suite, or of a run alone
   * @return an HTML document
   */
  public static String html(SuiteReport report) {
    boolean alone = report.runs().size() == 1;
    String title = "Stress run: " + (alone ? report.runs().getFirst().name() : "suite");
    return Html.format(
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style></head>
        <body>
        <header><h1>%s</h1>
        %s</header>
        <main>
        %s%s</main>
        %s</body></html>
        """,
        title,
        Html.raw(style()),
        title,
        alone ? Html.raw("") : summary(report),
        Html.raw(alone ? "" : table(report.runs())),
        Html.raw(report.runs().stream().map(RunSection::html).collect(Collectors.joining())),
        footer(report));
  }

  private static String style() {
    try (InputStream stream =
        Objects.requireNonNull(
            ReportPage.class.getResourceAsStream(STYLE), "the build has left out " + STYLE)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Raw summary(SuiteReport report) {
    long held = report.runs().stream().filter(SuiteReport.Entry::held).count();
    Raw verdict =
        report.interrupted()
            ? RunSection.verdict("interrupted", "interrupted")
            : report.held()
                ? RunSection.verdict("held", "held")
                : RunSection.verdict("broken", "broken");
    return Html.raw(
        Html.format(
            "<p>%s %d of %d runs held, in %s.</p>%n",
            verdict,
            held,
            report.runs().size(),
            String.format(Locale.ROOT, "%,.1f s", report.elapsedSeconds())));
  }

  private static String table(List<SuiteReport.Entry> runs) {
    Table table =
        new Table(
            "Runs",
            "",
            0,
            "Run",
            "Verdict",
            "Invariants#",
            "Operations#",
            "per second#",
            "Median#",
            "99 %#",
            "99.9 %#",
            "High-water mark#",
            "Overflows#",
            "Elapsed#");
    for (SuiteReport.Entry entry : runs) {
      RunReport run = entry.report();
      Raw name = Html.raw(Html.format("<a href=\"#%s\">%s</a>", entry.name(), entry.name()));
      if (run == null) {
        table.row(name, RunSection.verdict(entry));
        continue;
      }
      int judged = run.invariants().size();
      table.row(
          name,
          RunSection.verdict(entry),
          judged - run.broken().size() + "/" + judged,
          RunSection.count(run.operations()),
          RunSection.count(Math.round(run.operationsPerSecond())),
          latency(run.recorded(), latency -> latency.nanosAt(50)),
          latency(run.recorded(), latency -> latency.nanosAt(99)),
          latency(run.recorded(), latency -> latency.nanosAt(99.9)),
          Units.bytes(run.stat("maxHighWaterMarkBytes")),
          RunSection.count(run.stat("totalOverflows")),
          String.format(Locale.ROOT, "%,.1f s", run.elapsedSeconds()));
    }
    return table.html();
  }

  private static String latency(@Nullable Recorded recorded, ToDoubleFunction<Latency> value) {
    return recorded == null || recorded.latency().count() == 0
        ? "–"
        : Units.nanos(value.applyAsDouble(recorded.latency()));
  }

  private static Raw footer(SuiteReport report) {
    String machine =
        report.runs().stream()
            .map(SuiteReport.Entry::report)
            .filter(Objects::nonNull)
            .reduce((first, last) -> last)
            .map(ReportPage::machine)
            .orElse("");
    return Html.raw(
        Html.format(
            """
            <footer><p>%s</p>
            <p>Samples are taken ten times a second, in long runs less often; a gauge is the largest of its
            interval. What is in use in single arenas is seen then, too; their high-water marks are the arenas' own,
            and an arena that comes and goes between two samples is not seen. Latency is the time that an operation takes, waiting for a processor included, to 1 %%.
            Each thread begins an operation when its last one is over, so an operation that takes long delays
            those behind it unseen. Touched memory is an estimate. The figures are in report.json and in the
            CSV files beside this page.</p></footer>
            """,
            machine));
  }

  private static String machine(RunReport run) {
    Environment machine = run.environment();
    return "Ended %s. %s, %d of its processors, kernels for %s, %s of memory, heap of at most %s; %s; %s."
        .formatted(
            run.endedAt().replace("T", " ").replace("Z", " UTC"),
            machine.cpu(),
            machine.cpus(),
            machine.cpuLevel(),
            Units.bytes(machine.memoryBytes()),
            Units.bytes(machine.heapBytesMax()),
            machine.java(),
            machine.os());
  }
}
