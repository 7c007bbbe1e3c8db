package dev.engram.arena.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Measurements;
import dev.engram.arena.benchmarks.measure.Sample;
import dev.engram.arena.benchmarks.report.Figure.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FiguresTest {
  private static final String OVER_CONFINED = "times faster than Arena.ofConfined, escaping";

  private static final Suite SUITE =
      new Suite(
          "alloc",
          "segments",
          Variant.SEGMENTS,
          TimeUnit.NANOSECONDS,
          List.of(Variant.values()),
          List.of(),
          Figures.ALL);

  private final Measurements measurements = new Measurements();

  @Test
  void aRatioIsThePeersTimeOverOurs() {
    nanos(Variant.SCOPE, 10, 50);
    nanos(Variant.CONFINED, 10, 800);
    Figure figure = figure(OVER_CONFINED, 10);
    assertThat(figure.measured(measurements)).hasValue(16);
    assertThat(figure.verdict(measurements)).isEqualTo(Verdict.AIM);
  }

  @Test
  void betweenFloorAndAimTheFloorHolds() {
    nanos(Variant.SCOPE, 10, 100);
    nanos(Variant.CONFINED, 10, 1200);
    assertThat(figure(OVER_CONFINED, 10).verdict(measurements)).isEqualTo(Verdict.FLOOR);
  }

  @Test
  void belowTheFloorAFigureIsMissed() {
    nanos(Variant.SCOPE, 10, 100);
    nanos(Variant.CONFINED, 10, 1199);
    assertThat(figure(OVER_CONFINED, 10).verdict(measurements)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void withoutThePeerAFigureIsNotMeasured() {
    nanos(Variant.SCOPE, 10, 100);
    assertThat(figure("times faster than mimalloc", 10).verdict(measurements))
        .isEqualTo(Verdict.NOT_MEASURED);
  }

  @Test
  void aVirtualThreadMayTakeSoMuchLonger() {
    String title = "time on a virtual thread over that on a platform thread";
    nanos(Variant.SCOPE, 1, 10);
    nanos(Variant.SCOPE_VIRTUAL, 1, 25);
    assertThat(figure(title, 1).measured(measurements)).hasValue(2.5);
    assertThat(figure(title, 1).verdict(measurements)).isEqualTo(Verdict.FLOOR);
    nanos(Variant.SCOPE_VIRTUAL, 1, 100);
    assertThat(figure(title, 1).verdict(measurements)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void metricsMayCostSoManyNanoseconds() {
    String title = "ns that metrics cost, not escaping";
    nanos(Variant.SCOPE_LOCAL, 1, 12);
    assertThat(figure(title, 1).verdict(measurements)).isEqualTo(Verdict.NOT_MEASURED);
    nanos(Variant.SCOPE_LOCAL_UNCOUNTED, 1, 11);
    assertThat(figure(title, 1).measured(measurements)).hasValue(1);
    assertThat(figure(title, 1).verdict(measurements)).isEqualTo(Verdict.FLOOR);
    nanos(Variant.SCOPE_LOCAL, 1, 14);
    assertThat(figure(title, 1).verdict(measurements)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void oneByteOfGarbageIsTooMuch() {
    String title = "bytes of garbage, not escaping";
    measurements.add(Variant.SCOPE_LOCAL, 1, new Sample(10, 0.01));
    assertThat(figure(title, 1).verdict(measurements)).isEqualTo(Verdict.FLOOR);
    measurements.add(Variant.SCOPE_LOCAL, 10, new Sample(10, 1));
    assertThat(figure(title, 10).verdict(measurements)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void scalingIsComparedWithTwoThreads() {
    measurements.addSweep(Variant.SCOPE_LOCAL, Map.of(2, 100.0, 32, 96.0, 64, 94.0));
    String title = "operations per second over those of 2 threads";
    assertThat(figure(title, 32).measured(measurements)).hasValue(0.96);
    assertThat(figure(title, 32).verdict(measurements)).isEqualTo(Verdict.FLOOR);
    assertThat(figure(title, 64).verdict(measurements)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void theTableShowsFiguresAndCountsWhatIsMissed() {
    nanos(Variant.SCOPE, 10, 100);
    nanos(Variant.CONFINED, 10, 1000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TableReport.print(report(), new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("cpu      A CPU, 2 cores")
        .containsPattern(OVER_CONFINED + " +10 segments +12\\.0 +14\\.0 +10\\.0  NO\n")
        .containsPattern(OVER_CONFINED + " +100 segments +13\\.0 +16\\.0 +-  not measured\n")
        .containsPattern("Arena\\.ofConfined, escaping +- +1,000 +- ")
        .contains("1 of %d floors are missed.".formatted(Figures.ALL.size()));
  }

  @Test
  void theReportHasForksMediansAndVerdicts() {
    nanos(Variant.SCOPE, 1, 20);
    nanos(Variant.SCOPE, 1, 40);
    nanos(Variant.CONFINED, 1, 90);
    JsonNode root = JsonMapper.shared().readTree(JsonReport.text(report()));
    assertThat(root.get("machine").get("cpu").asString()).isEqualTo("A CPU");
    assertThat(root.get("machine").get("began").asString()).isEqualTo("1970-01-01T00:00:00Z");
    JsonNode operation = root.get("operations").get(0);
    assertThat(operation.get("variant").asString()).isEqualTo("SCOPE");
    assertThat(operation.get("medianNanos").asDouble()).isEqualTo(30);
    assertThat(operation.get("nanosOfForks").size()).isEqualTo(2);
    JsonNode figure = root.get("figures").get(0);
    assertThat(figure.get("measured").asDouble()).isEqualTo(3);
    assertThat(figure.get("verdict").asString()).isEqualTo("MISSED");
    assertThat(root.get("figures").get(1).get("measured").isNull()).isTrue();
  }

  private void nanos(Variant variant, int segments, double nanos) {
    measurements.add(variant, segments, new Sample(nanos, 0));
  }

  private static Figure figure(String title, int count) {
    return Figures.ALL.stream()
        .filter(figure -> figure.title().equals(title) && figure.count() == count)
        .findFirst()
        .orElseThrow();
  }

  private BenchReport report() {
    Machine machine = new Machine("A CPU", 2, "an OS", "a JVM", Instant.EPOCH, 0);
    return new BenchReport(
        SUITE, machine, Map.of(), Effort.QUICK, Duration.ofSeconds(1), measurements);
  }
}
