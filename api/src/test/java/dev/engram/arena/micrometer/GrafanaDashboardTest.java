package dev.engram.arena.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code docs/grafana-dashboard.json} and a scrape. */
class GrafanaDashboardTest {
  private static final JsonNode DASHBOARD =
      JsonMapper.shared().readTree(Path.of("..", "docs", "grafana-dashboard.json"));

  /** Labels that Prometheus adds to whatever it scrapes. */
  private static final Set<String> TARGET_LABELS = Set.of("job", "instance");

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");
  private static final PrometheusMeterRegistry REGISTRY =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private static final Scrape SCRAPE;

  static {
    new EngramArenaMetrics().bindTo(REGISTRY);
    SCRAPE = Scrape.of(REGISTRY);
  }

  @AfterAll
  static void closeRegistry() {
    REGISTRY.close();
  }

  @Test
  void queriesReadMetricsAndLabelsThatAreScraped() {
    assertThat(targets())
        .isNotEmpty()
        .allSatisfy(target -> {
          PromQl query = PromQl.of(target.path("expr").stringValue());
          assertThat(query.selectors()).isNotEmpty();
          for (PromQl.Selector selector : query.selectors()) {
            assertThat(labelsOf(selector.metric()))
                .containsAll(selector.labels())
                .containsAll(query.grouping());
          }
        });
  }

  @Test
  void everyMeterIsInAPanel() {
    assertThat(
            targets()
                .flatMap(
                    target -> PromQl.of(target.path("expr").stringValue()).selectors().stream())
                .map(PromQl.Selector::metric))
        .containsAll(SCRAPE.types().keySet());
  }

  /** A counter as it is only grows, and what it counts by the second is what can be acted on. */
  @Test
  void countersAreReadAsRates() {
    SCRAPE
        .types()
        .forEach((metric, type) ->
            assertThat(targets())
                .map(target -> target.path("expr").stringValue())
                .filteredOn(query -> query.contains(metric))
                .allSatisfy(query ->
                    assertThat(query.contains("rate(" + metric))
                        .isEqualTo(type.equals("counter"))));
  }

  @Test
  void legendsShowLabelsThatTheQueryKeeps() {
    assertThat(targets())
        .allSatisfy(target -> {
          PromQl query = PromQl.of(target.path("expr").stringValue());
          String legend = target.path("legendFormat").stringValue();
          assertThat(legend).contains("{{instance}}");
          assertThat(found("\\{\\{(\\w+)}}", legend)).isEqualTo(query.grouping());
        });
  }

  @Test
  void panelsHaveUnitsAndSayWhatToDo() {
    assertThat(panels())
        .allSatisfy(panel -> {
          assertThat(panel.path("title").stringValue()).isNotBlank();
          assertThat(panel.path("description").stringValue()).hasSizeGreaterThan(80);
          assertThat(unit(panel)).isEqualTo(expectedUnit(panel));
        });
  }

  @Test
  void panelsDoNotOverlap() {
    assertThat(panels().map(panel -> panel.path("id").intValue())).doesNotHaveDuplicates();
    assertThat(panels().flatMap(GrafanaDashboardTest::cells)).doesNotHaveDuplicates();
    assertThat(panels())
        .allSatisfy(panel -> {
          JsonNode place = panel.path("gridPos");
          assertThat(place.path("x").intValue() + place.path("w").intValue()).isBetween(1, 24);
        });
  }

  @Test
  void variablesAreDefinedAndChosenFromWhatIsScraped() {
    Set<String> defined =
        variables()
            .map(variable -> variable.path("name").stringValue())
            .collect(Collectors.toSet());
    assertThat(defined).containsExactlyInAnyOrder("datasource", "job", "instance");
    defined.addAll(Set.of("__rate_interval", "__all")); // Grafana's own
    assertThat(defined).containsAll(found(VARIABLE.pattern(), DASHBOARD.toString()));
    assertThat(DASHBOARD.findValues("datasource"))
        .hasSizeGreaterThan(1)
        .allSatisfy(source ->
            assertThat(source.toString())
                .isEqualTo("{\"type\":\"prometheus\",\"uid\":\"${datasource}\"}"));
    assertThat(
            variables()
                .filter(variable -> variable.path("type").stringValue().equals("query"))
                .map(variable -> variable.path("definition").stringValue()))
        .hasSize(2)
        .allSatisfy(definition ->
            assertThat(found("label_values\\((\\w+)", definition))
                .hasSize(1)
                .isSubsetOf(SCRAPE.types().keySet()));
  }

  @Test
  void grafanaCanImportIt() {
    assertThat(DASHBOARD.path("schemaVersion").intValue()).isPositive();
    assertThat(DASHBOARD.path("title").stringValue()).isEqualTo("Engram Arena");
    assertThat(DASHBOARD.path("uid").stringValue()).matches("[a-z-]{1,40}");
    // Grafana assigns it: one that is there would replace another dashboard.
    assertThat(DASHBOARD.path("id").isNull()).isTrue();
  }

  /** The control of the tests above: the names that they look for are found. */
  @Test
  void metricsAndLabelsOfAnExpressionAreFound() {
    assertThat(
            PromQl.of(
                "sum by (a, b) (rate(x_total{c=~\"$c\", d!=\"1\"}[$__rate_interval])) / y < Inf"))
        .isEqualTo(
            new PromQl(
                List.of(
                    new PromQl.Selector("x_total", Set.of("c", "d")),
                    new PromQl.Selector("y", Set.of())),
                Set.of("a", "b")));
  }

  private static Set<String> labelsOf(String metric) {
    Set<String> scraped = Objects.requireNonNull(SCRAPE.labels().get(metric), metric);
    return Stream.concat(scraped.stream(), TARGET_LABELS.stream()).collect(Collectors.toSet());
  }

  private static Stream<JsonNode> panels() {
    return DASHBOARD.path("panels").valueStream();
  }

  private static Stream<JsonNode> targets() {
    return panels().flatMap(panel -> panel.path("targets").valueStream());
  }

  private static Stream<JsonNode> variables() {
    return DASHBOARD.path("templating").path("list").valueStream();
  }

  private static String unit(JsonNode panel) {
    return panel.path("fieldConfig").path("defaults").path("unit").stringValue();
  }

  private static String expectedUnit(JsonNode panel) {
    String query = panel.path("targets").path(0).path("expr").stringValue();
    if (Pattern.compile("_bytes.*/.*_bytes").matcher(query).find()) {
      return "percentunit";
    }
    boolean bytes = query.contains("_bytes");
    if (query.contains("rate(")) {
      return bytes ? "Bps" : "cps";
    }
    return bytes ? "bytes" : "none";
  }

  private static Stream<String> cells(JsonNode panel) {
    JsonNode place = panel.path("gridPos");
    int left = place.path("x").intValue();
    int top = place.path("y").intValue();
    return Stream.iterate(left, x -> x < left + place.path("w").intValue(), x -> x + 1)
        .flatMap(x ->
            Stream.iterate(top, y -> y < top + place.path("h").intValue(), y -> y + 1)
                .map(y -> x + "," + y));
  }

  private static Set<String> found(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
