package dev.engram.arena.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportOptionsTest {
  @TempDir private Path directory;

  @Test
  void aReportIsAPageWithItsFiguresBesideIt() throws Exception {
    Path page = directory.resolve("page");
    CommandRun run = CommandRun.inProcess("--threads=2", "--iterations=200", "--report=" + page);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("latency +.* median, .* at 99 %");
    JsonNode report = JsonMapper.shared().readTree(page.resolve("report.json"));
    JsonNode recorded = report.get("runs").get(0).get("report").get("recorded");
    assertThat(recorded.get("latency").get("count").asLong()).isEqualTo(400);
    JsonNode samples = recorded.get("samples");
    assertThat(samples.get(0).get("operations").asLong()).isZero();
    assertThat(samples.get(samples.size() - 1).get("operations").asLong()).isEqualTo(400);
    assertThat(recorded.get("arenas").size()).isEqualTo(2);
    assertThat(recorded.get("arenas").get(1).get("resets").asLong()).isEqualTo(200);
    assertThat(Files.readString(page.resolve("index.html"))).contains("Stress run: isolation");
    assertThat(Files.readAllLines(page.resolve("arenas.csv"))).hasSize(3);
    assertThat(Files.readAllLines(page.resolve("arena-usage.csv"))).hasSize(1 + 2 * samples.size());
  }

  @Test
  void nothingIsRecordedUnlessAskedFor() {
    assertThat(recorded().isNull()).isTrue();
    JsonNode recorded = recorded("--record");
    assertThat(recorded.get("latency").get("count").asLong()).isEqualTo(1);
  }

  @Test
  void anEarlierReportIsComparedWith() throws Exception {
    Path old = directory.resolve("old.json");
    assertThat(
            CommandRun.inProcess("--threads=1", "--iterations=5", "--record", "--json=" + old)
                .exitCode())
        .isZero();
    CommandRun run = CommandRun.inProcess("--threads=1", "--iterations=5", "--compare=" + old);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("new / old").containsPattern("isolation( +\\d+\\.\\d\\d){8}\n");
    Files.writeString(old, "{\"scenario\": 3}");
    CommandRun refused = CommandRun.inProcess("--compare=" + old);
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.errorLines())
        .singleElement()
        .asString()
        .startsWith("stress: --compare: " + old + ": is no report of scripts/stress");
  }

  private JsonNode recorded(String... options) {
    Path json = directory.resolve("o.json");
    Stream<String> always = Stream.of("--threads=1", "--iterations=1", "--json=" + json);
    CommandRun run =
        CommandRun.inProcess(Stream.concat(always, Stream.of(options)).toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return JsonMapper.shared().readTree(json).get("recorded");
  }
}
