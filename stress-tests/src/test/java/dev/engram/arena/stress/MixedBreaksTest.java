package dev.engram.arena.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.scenario.MixedBreak;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever goes wrong in a run of all kernels is named, and ends the process with 1. */
class MixedBreaksTest {
  @TempDir private Path directory;

  @AfterEach
  void resetArenas() {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(1 << 20)
            .overflow(OverflowStrategy.ERROR_RETURN)
            .build());
  }

  @ParameterizedTest
  @MethodSource("dev.engram.arena.stress.scenario.MixedBreak#all")
  void isNamedAndEndsWithOne(MixedBreak what) {
    Path json = directory.resolve("o.json");
    CommandRun run =
        CommandRun.inProcess(
            List.of(what.scenario().get()),
            "--workload=mixed",
            "--threads=4",
            "--iterations=25",
            "--dim=96",
            "--candidates=" + MixedBreak.CANDIDATES,
            "--json=" + json);
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    JsonNode report = JsonMapper.shared().readTree(json);
    assertThat(report.get("held").asBoolean()).isFalse();
    List<String> broken = new ArrayList<>();
    for (JsonNode invariant : report.get("invariants")) {
      if (!invariant.get("held").asBoolean()) {
        broken.add(invariant.get("name").asString());
      }
    }
    assertThat(broken).as(run.out()).containsExactlyElementsOf(what.broken());
    assertThat(run.out()).contains("invariants broke: " + String.join("; ", broken) + ".");
  }
}
