package dev.engram.arena.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import tools.jackson.databind.json.JsonMapper;

class RatioChartTest {
  /** Places have one digit behind the point. */
  private static final Offset<Double> ROUNDING = Offset.offset(0.2);

  private static final String REPORT =
      """
      {"benchmark": "alloc",
       "machine": {"cpu": "A <fast> & new CPU", "cpus": 2, "began": "2026-11-23T15:53:29Z"},
       "effort": {"forks": 5},
       "figures": []}
      """;

  @Test
  void barsGoRightFromTheFloorWhereItIsReachedAndLeftWhereItIsMissed() throws Exception {
    Document chart =
        chart(
            figure("times faster", "AT_LEAST", 4, "8.0", "FLOOR"),
            figure("times faster", "AT_LEAST", 4, "2.0", "MISSED"),
            figure("time", "AT_MOST", 3, "1.5", "AIM"),
            figure("time", "AT_MOST", 3, "6.0", "MISSED"));
    double floor = number(elements(chart, "line", "floor").getFirst(), "x1");
    double twice = number(elements(chart, "line", "grid").get(1), "x1");
    assertThat(elements(chart, "rect", "reached"))
        .hasSize(2)
        .allSatisfy(bar -> {
          assertThat(number(bar, "x")).isCloseTo(floor, ROUNDING);
          assertThat(number(bar, "width")).isCloseTo(twice - floor, ROUNDING);
        });
    assertThat(elements(chart, "rect", "missed"))
        .hasSize(2)
        .allSatisfy(bar -> {
          assertThat(number(bar, "x") + number(bar, "width")).isCloseTo(floor, ROUNDING);
          assertThat(number(bar, "width")).isCloseTo(twice - floor, ROUNDING);
        });
    assertThat(texts(chart))
        .contains("times faster, 100 rows", "8, floor 4", "time, 100 rows", "1.50, at most 3");
  }

  @Test
  void whatHasNoRatioHasNoBar() throws Exception {
    Document chart =
        chart(
            figure("bytes", "AT_MOST", 0, "0.0", "FLOOR"),
            figure("times faster", "AT_LEAST", 4, "null", "NOT_MEASURED"));
    assertThat(elements(chart, "rect", "reached")).isEmpty();
    assertThat(elements(chart, "rect", "missed")).isEmpty();
    assertThat(texts(chart)).contains("0, at most 0", "not measured, floor 4");
  }

  @Test
  void barsStayBetweenTheLabelsAndTheValues() throws Exception {
    Document chart =
        chart(
            figure("times faster", "AT_LEAST", 1, "3000.0", "FLOOR"),
            figure("times faster", "AT_LEAST", 1, "0.001", "MISSED"));
    List<Element> bars = new ArrayList<>(elements(chart, "rect", "reached"));
    bars.addAll(elements(chart, "rect", "missed"));
    double labels = number(elements(chart, "text", "end").getFirst(), "x");
    assertThat(bars)
        .hasSize(2)
        .allSatisfy(bar -> {
          assertThat(number(bar, "x")).isGreaterThan(labels);
          assertThat(number(bar, "x") + number(bar, "width")).isLessThan(760);
        });
  }

  @Test
  void itSaysOfWhichRunItIs() throws Exception {
    assertThat(texts(chart(figure("time", "AT_MOST", 3, "1.5", "AIM"))))
        .contains("scripts/bench alloc: each figure as a multiple of its floor")
        .contains("A <fast> & new CPU, 2 cores; 2026-11-23; median of 5 forks");
  }

  private static String figure(
      String title, String bound, int floor, String measured, String verdict) {
    return String.format(
        Locale.ROOT,
        "{\"title\": \"%s\", \"rows\": 100, \"bound\": \"%s\", \"floor\": %d.0, \"aim\": null,"
            + " \"measured\": %s, \"verdict\": \"%s\"}",
        title,
        bound,
        floor,
        measured,
        verdict);
  }

  private static Document chart(String... figures) throws Exception {
    String svg =
        RatioChart.svg(
            JsonMapper.shared()
                .readTree(REPORT.replace("[]", "[" + String.join(", ", figures) + "]")));
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  private static List<Element> elements(Document chart, String tag, String type) {
    return all(chart, tag).stream()
        .filter(element -> List.of(element.getAttribute("class").split(" ", -1)).contains(type))
        .toList();
  }

  private static List<String> texts(Document chart) {
    return all(chart, "text").stream().map(Element::getTextContent).toList();
  }

  private static List<Element> all(Document chart, String tag) {
    NodeList nodes = chart.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }
}
