package dev.engram.arena.stress.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.RecordedArena;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.PlantedReports;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.Test;

class ReportPageTest {
  private final String html = ReportPage.html(PlantedReports.suite());
  private final Document page = Jsoup.parse(html);

  @Test
  void thePageIsWellFormed() {
    Parser parser = Parser.htmlParser().setTrackErrors(10);
    Document document = parser.parseInput(html, "");
    assertThat(parser.getErrors()).isEmpty();
    assertThat(document.select("[id]").eachAttr("id")).doesNotHaveDuplicates().isNotEmpty();
    for (String id : document.select("svg").eachAttr("aria-labelledby")) {
      assertThat(List.of(id.split(" "))).allMatch(part -> document.getElementById(part) != null);
    }
  }

  @Test
  void thePageNeedsNothingElse() {
    assertThat(page.select("script, link, img, iframe, object, [src], [onload], [onclick]"))
        .isEmpty();
    assertThat(page.select("[href]").eachAttr("href"))
        .allMatch(href -> href.startsWith("#") && page.getElementById(href.substring(1)) != null);
    assertThat(page.select("style").html())
        .contains("prefers-color-scheme: dark", "tabular-nums")
        .doesNotContain("url(", "@import", "http");
  }

  @Test
  void textOfOthersStaysText() {
    assertThat(page.select("section script, section b")).isEmpty();
    assertThat(page.expectFirst("#churn").select(".invariants").text())
        .contains("nothing is " + PlantedReports.EVIL, "it is: " + PlantedReports.EVIL);
    assertThat(page.expectFirst("#mixed").select("table.arenas").text())
        .contains("worker \"1\", <b>");
    assertThat(page.select("footer").text()).contains("A & B <CPU>");
  }

  @Test
  void theTableHasEveryRunWithItsFigures() {
    Element table = page.expectFirst("main > .scroll table");
    assertThat(table.select("tbody tr")).hasSize(3);
    assertThat(table.select("tbody tr").get(0).children().eachText())
        .containsExactly(
            "mixed", "held", "1/1", "5,555", "1,235", "4.5 µs", "8.91 µs", "8.99 µs", "416 KiB",
            "30", "4.5 s");
    assertThat(table.select("tbody tr").get(1).children().eachText())
        .startsWith("churn", "broken", "1/2")
        .contains("–");
    assertThat(table.select("tbody tr").get(2).children().eachText())
        .containsExactly("soak", "no result");
    assertThat(page.expectFirst("header").text()).contains("1 of 3 runs held, in 59.5 s");
    assertThat(page.expectFirst("#soak").text()).contains("exit code 134");
  }

  @Test
  void aRunHasItsChartsFromItsSamples() {
    Element run = page.expectFirst("#mixed");
    assertThat(run.select("figure h4").eachText())
        .containsExactly(
            "Throughput",
            "Latency",
            "High-water mark and usage by arena",
            "Memory of all arenas",
            "Overflows",
            "Memory of the process");
    // 2,000 and 4,555 operations per second, on an axis that ends at 6,000.
    assertThat(run.expectFirst("figure polyline").attr("points"))
        .isEqualTo("%s %s".formatted(point(0.5 / 1.5, 2000 / 6000.0), point(1, 4555 / 6000.0)));
    assertThat(run.select("figure").get(2).select("rect title").eachText())
        .containsExactly(
            "1, worker 0: 416 KiB (425,984 bytes)",
            "2, worker \"1\", <b>: 208 KiB (212,992 bytes)",
            "1, worker 0: 97.7 KiB (100,000 bytes)",
            "2, worker \"1\", <b>: 1 KiB (1,024 bytes)");
    assertThat(run.select("figure").get(1).select("rect title").eachText())
        .containsExactly("5,000 from 1 µs to 1.26 µs", "555 from 7.94 µs to 10 µs");
    assertThat(page.expectFirst("#churn").select("figure")).isEmpty();
  }

  @Test
  void aRunHasItsTables() {
    Element run = page.expectFirst("#mixed");
    assertThat(rows(run, "Latency by percentile"))
        .contains("50 % 4.5 µs", "99.9 % 8.99 µs", "all 9 µs", "on average 2.5 µs");
    assertThat(rows(run, "Memory over time"))
        .contains("Resident memory 100 MiB 300 MiB 200 MiB", "Mappings 200 250 240");
    assertThat(rows(run, "Settings")).contains("Threads 32", "Most in total unlimited", "Seed 7");
    assertThat(rows(run, "Invariants")).containsExactly("held the sum is right 4 is 4");
  }

  @Test
  void eachArenaHasItsUsageOverTimeBesideItsMark() {
    Element run = page.expectFirst("#mixed");
    assertThat(rows(run, "Arenas"))
        .containsExactly(
            "1 worker 0 97.7 KiB 195.3 KiB 416 KiB 2 MiB 15 3,000",
            "2 worker \"1\", <b> 1 KiB 2 KiB 208 KiB 2 MiB 15 2,555");
    List<Element> lines = run.select("svg.spark");
    int bottom = ArenaTable.HEIGHT - ArenaTable.MARGIN;
    int height = ArenaTable.HEIGHT - 2 * ArenaTable.MARGIN;
    int width = ArenaTable.WIDTH - 2 * ArenaTable.MARGIN;
    assertThat(lines.get(0).expectFirst("polyline").attr("points"))
        .isEqualTo(
            "%d,%d %s,%s %d,%s"
                .formatted(
                    ArenaTable.MARGIN,
                    bottom,
                    number(ArenaTable.MARGIN + width / 3.0),
                    number(bottom - height * 200_000 / 425_984.0),
                    ArenaTable.MARGIN + width,
                    number(bottom - height * 100_000 / 425_984.0)));
    assertThat(lines.get(0).expectFirst("line").attr("y1")).isEqualTo("" + ArenaTable.MARGIN);
    assertThat(lines.get(1).expectFirst("line").attr("y1"))
        .isEqualTo(number(bottom - height / 2.0))
        .isEqualTo(lines.get(1).expectFirst("line").attr("y2"));
    assertThat(lines.get(1).attr("aria-label")).isEqualTo("2 KiB in use at most");
    assertThat(run.text())
        .contains("The 2 with the highest high-water marks; 450 others were in use.");
  }

  @Test
  void anArenaOfAnUnknownOwnerIsNamedAlikeInChartAndTable() {
    Recorded planted = PlantedReports.recorded(1);
    RecordedArena arena =
        new RecordedArena(3, "", 2 << 20, 1024, 2048, 212_992, 15, 2555, List.of(0L, 1024L, 2048L));
    Recorded recorded = new Recorded(planted.samples(), planted.latency(), List.of(arena), 0);
    Document alone =
        Jsoup.parse(
            ReportPage.html(JsonReport.alone(PlantedReports.held("mixed", 1234.5, recorded))));
    Element run = alone.expectFirst("section");
    assertThat(run.select("figure").get(2).select("rect title").eachText())
        .containsExactly("1, –: 208 KiB (212,992 bytes)", "1, –: 1 KiB (1,024 bytes)");
    assertThat(rows(run, "Arenas")).containsExactly("1 – 1 KiB 2 KiB 208 KiB 2 MiB 15 2,555");
  }

  @Test
  void aRunAloneIsThePage() {
    Document alone =
        Jsoup.parse(ReportPage.html(JsonReport.alone(PlantedReports.interrupted("churn"))));
    assertThat(alone.title()).isEqualTo("Stress run: churn");
    assertThat(alone.select("section")).hasSize(1);
    assertThat(alone.expectFirst("section").text())
        .contains("interrupted", "Interrupted before anything could be judged");
  }

  private static String point(double right, double up) {
    return number(Chart.LEFT + right * (Chart.RIGHT - Chart.LEFT))
        + ","
        + number(Chart.BOTTOM - up * (Chart.BOTTOM - Chart.TOP));
  }

  private static String number(double value) {
    return String.valueOf(Math.round(value * 100) / 100.0).replaceFirst("\\.0$", "");
  }

  private static List<String> rows(Element run, String table) {
    return run.expectFirst("[aria-label=\"" + table + "\"]").select("tbody tr").eachText();
  }
}
