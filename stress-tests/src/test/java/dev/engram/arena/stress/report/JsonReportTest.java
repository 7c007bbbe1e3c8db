package dev.engram.arena.stress.report;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.recording.RecordedArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class JsonReportTest {
  @TempDir private Path directory;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    assertThat(read(JsonReport.text(PlantedReports.suite()))).isEqualTo(PlantedReports.suite());
  }

  @Test
  void aRunIsReadAsASuiteOfOne() throws IOException {
    RunReport run = PlantedReports.held("mixed", 5, PlantedReports.recorded(2));
    assertThat(read(JsonReport.text(run))).isEqualTo(JsonReport.alone(run));
    RunReport broken = PlantedReports.broken("churn");
    assertThat(read(JsonReport.text(broken)).held()).isFalse();
  }

  @Test
  void namesCarryUnits() {
    JsonNode tree = JsonMapper.shared().readTree(JsonReport.text(PlantedReports.suite()));
    JsonNode run = tree.get("runs").get(0).get("report");
    assertThat(run.get("stats").get("maxHighWaterMarkBytes").asLong()).isEqualTo(425_984);
    assertThat(run.get("settings").get("durationSeconds").asDouble()).isEqualTo(4.5);
    JsonNode recorded = run.get("recorded");
    assertThat(recorded.get("samples").get(1).get("residentBytes").asLong()).isEqualTo(300 << 20);
    assertThat(recorded.get("latency").get("percentiles").get(0).get("nanos").asLong())
        .isEqualTo(4500);
    assertThat(recorded.get("arenas").get(1).get("owner").asString())
        .isEqualTo("worker \"1\", <b>");
  }

  @Test
  void aReportWithoutUsageOfArenasIsRead() throws IOException {
    JsonNode tree = JsonMapper.shared().readTree(JsonReport.text(PlantedReports.suite()));
    ObjectNode recorded = (ObjectNode) tree.get("runs").get(0).get("report").get("recorded");
    recorded.remove("otherArenas");
    for (JsonNode arena : recorded.get("arenas")) {
      ((ObjectNode) arena).remove(List.of("slot", "usedBytesMean", "usedBytes"));
    }
    RunReport run = requireNonNull(read(tree.toString()).runs().getFirst().report());
    Recorded read = requireNonNull(run.recorded());
    assertThat(read.samples()).isEqualTo(PlantedReports.recorded(1).samples());
    assertThat(read.otherArenas()).isZero();
    assertThat(read.arenas())
        .contains(
            new RecordedArena(0, "worker 0", 2 << 20, 0, 200_000, 425_984, 15, 3000, List.of()));
    assertThat(read.arenas()).extracting(RecordedArena::slot).containsExactly(0L, 1L);
    assertThat(read.arenaSamples()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON at all",
        "{\"scenario\": \"mixed\"",
        "[]",
        "42",
        "{}",
        "{\"benchmarks\": [1, 2]}",
        "{\"scenario\": \"mixed\"}",
        "{\"scenario\": \"mixed\", \"held\": \"perhaps\"}",
        "{\"scenario\": \"mixed\", \"recorded\": {\"arenas\": 3}}",
        "{\"runs\": 3}",
        "{\"runs\": [{}]}",
        "{\"runs\": [null]}"
      })
  void anythingElseIsRefusedInOneLineThatNamesTheFile(String text) throws IOException {
    Path file = directory.resolve("other.json");
    Files.writeString(file, text);
    assertThatThrownBy(() -> JsonReport.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + ": is")
        .hasMessageContaining("no report of scripts/stress");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path file = directory.resolve("none.json");
    assertThatThrownBy(() -> JsonReport.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": there is no such file");
  }

  private SuiteReport read(String text) throws IOException {
    Path file = directory.resolve("report.json");
    Files.writeString(file, text);
    return JsonReport.read(file);
  }
}
