package dev.engram.arena.stress.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  @Test
  void ratiosAreNewToOld() {
    List<String> lines =
        compare(
            JsonReport.alone(PlantedReports.held("mixed", 100, PlantedReports.recorded(2))),
            JsonReport.alone(PlantedReports.held("mixed", 150, PlantedReports.recorded(3))));
    assertThat(lines.get(0)).isEqualTo("new / old");
    assertThat(lines.get(1).split(" +"))
        .containsExactly(
            "run", "ops/s", "p50", "p90", "p99", "p99.9", "mark", "touched", "resident");
    assertThat(lines.get(2).split(" +"))
        .containsExactly("mixed", "1.50", "1.50", "1.50", "1.50", "1.50", "1.00", "1.00", "1.00");
    assertThat(lines).hasSize(3);
  }

  @Test
  void whatWasNotRecordedIsADash() {
    RunReport plain = PlantedReports.held("mixed", 100, null);
    List<String> lines =
        compare(
            JsonReport.alone(plain),
            JsonReport.alone(PlantedReports.held("mixed", 50, PlantedReports.recorded(1))));
    assertThat(lines.get(2).split(" +"))
        .containsExactly("mixed", "0.50", "–", "–", "–", "–", "1.00", "1.00", "–");
  }

  @Test
  void runsThatOnlyOneHasAreNamed() {
    List<String> lines =
        compare(JsonReport.alone(PlantedReports.held("mixed", 100, null)), PlantedReports.suite());
    assertThat(lines)
        .anyMatch(line -> line.startsWith("churn") && line.contains("not in the old report"))
        .anyMatch(line -> line.startsWith("soak"));
    List<String> crashed = compare(soak(), PlantedReports.suite());
    assertThat(crashed)
        .anyMatch(line -> line.startsWith("soak") && line.contains("has come to no result"));
  }

  @Test
  void runsOfAnotherKindAreMarked() {
    RunReport old = PlantedReports.held("mixed", 100, null);
    assertThat(Comparison.differences(old, old)).isEmpty();
    assertThat(Comparison.differences(old, PlantedReports.interrupted("mixed")))
        .containsExactly("one of the two was interrupted");
    assertThat(Comparison.differences(old, PlantedReports.elsewhere("mixed")))
        .containsExactly("cpus was 2, is 64", "threads was 32, is 16");
  }

  private static SuiteReport soak() {
    return JsonReport.alone(PlantedReports.held("soak", 100, null));
  }

  private static List<String> compare(SuiteReport older, SuiteReport newer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Comparison.print(older, newer, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
