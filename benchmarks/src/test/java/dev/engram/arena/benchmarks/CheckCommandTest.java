package dev.engram.arena.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.benchmarks.gate.GateEffort;
import dev.engram.arena.benchmarks.measure.Effort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The gate from the command line to the exit code, in JVMs of their own. They measure next to
 * nothing, so what it is compared with is far from all that they could come to.
 */
class CheckCommandTest {
  /** Six forks in all are enough to tell a regression. */
  private static final GateEffort TINY =
      new GateEffort(2, 5, Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(5));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path directory;

  @Test
  void whatWasRecordedIsComparedOnTheSameKindOfCpu() throws IOException {
    assertThat(run("--record", "--only", "SPREAD,SCOPE")).as(err::toString).isZero();
    assertThat(text(out)).contains("Recorded in " + baseline());
    scaleBaseline("SPREAD", 1e-6);
    scaleBaseline("SCOPE", 1e-6);
    assertThat(run("--only", "SPREAD,SCOPE")).as(err::toString).isZero();
    assertThat(text(out)).contains("2 of 2 figures were compared; none regressed.");
    scaleBaseline("SPREAD", 1e12);
    assertThat(run("--only", "SPREAD,SCOPE", "--json", report().toString())).isEqualTo(1);
    assertThat(text(out)).containsPattern("(?m)^Regressed: SPREAD$");
    JsonNode figures = JsonMapper.shared().readTree(report()).get("figures");
    assertThat(figures.get(0).get("verdict").asString()).isEqualTo("REGRESSED");
    assertThat(figures.get(0).get("ratioOfForks")).hasSize(6);
    // Of two forks no one can be sure, where other builds use the machine.
    assertThat(figures.get(1).get("verdict").asString()).isIn("FASTER", "HOLDS");
    assertThat(figures.get(1).get("ratioOfForks")).hasSize(2);
  }

  @Test
  void whereNothingWasRecordedNothingIsComparedAndThatIsSaid() throws IOException {
    assertThat(run("--only", "SCOPE")).as(err::toString).isZero();
    assertThat(text(out)).contains("NOTHING WAS COMPARED", "scripts/bench check --record");
    assertThat(run("--record", "--only", "SCOPE")).isZero();
    ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(baseline());
    ((ObjectNode) root.get("baselines").get(0)).put("cpu", "another");
    Files.writeString(baseline(), root.toString());
    assertThat(run("--only", "SCOPE")).isZero();
    assertThat(text(out)).contains("NOTHING WAS COMPARED");
  }

  @Test
  void recordingKeepsOtherFiguresAndOtherKindsOfCpu() throws IOException {
    Files.writeString(
        baseline(),
        """
        {"baselines": [{"cpu": "another", "kernels": "NEON", "figures": {"SCOPE": {}}}]}
        """);
    assertThat(run("--record", "--only", "SCOPE")).as(err::toString).isZero();
    assertThat(run("--record", "--only", "SCOPE_LOCAL")).as(err::toString).isZero();
    JsonNode entries = JsonMapper.shared().readTree(baseline()).get("baselines");
    assertThat(entries).hasSize(2);
    assertThat(entries.get(0).get("figures").has("SCOPE")).isTrue();
    assertThat(entries.get(1).get("figures").propertyNames())
        .containsExactly("SCOPE", "SCOPE_LOCAL");
    assertThat(entries.get(1).get("figures").get("SCOPE").get("forks").asInt()).isEqualTo(5);
  }

  @Test
  void aBaselineThatIsNoneCannotBeUsed() throws IOException {
    for (String content : new String[] {"banana", "{}", "{\"baselines\": 5}", "[]"}) {
      Files.writeString(baseline(), content);
      assertThat(run("--only", "SCOPE")).as(content).isEqualTo(3);
      // Behind a line on the load of the machine, if that is high.
      assertThat(text(err).lines()).last().asString().contains("baseline.json");
    }
  }

  private Path baseline() {
    return directory.resolve("baseline.json");
  }

  private Path report() {
    return directory.resolve("report.json");
  }

  private void scaleBaseline(String figure, double factor) throws IOException {
    JsonNode root = JsonMapper.shared().readTree(baseline());
    ObjectNode recorded = (ObjectNode) root.get("baselines").get(0).get("figures").get(figure);
    for (String end : new String[] {"low", "median", "high"}) {
      recorded.put(end, recorded.get(end).doubleValue() * factor);
    }
    Files.writeString(baseline(), root.toString());
  }

  private int run(String... options) {
    out.reset();
    err.reset();
    String[] args = new String[options.length + 3];
    args[0] = "check";
    args[1] = "--baseline";
    args[2] = baseline().toString();
    System.arraycopy(options, 0, args, 3, options.length);
    return BenchMain.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Effort.QUICK,
        Effort.QUICK,
        TINY,
        args);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
