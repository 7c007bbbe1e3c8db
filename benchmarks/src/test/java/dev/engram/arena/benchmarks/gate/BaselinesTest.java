package dev.engram.arena.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.CpuLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BaselinesTest {
  /** That of the project, which the module's folder has. */
  private static final Path FILE = Path.of("baseline.json");

  /** A figure that is new, renamed or has another peer must be recorded before the gate sees it. */
  @Test
  void everyFigureIsRecordedBesideItsPeer() throws IOException {
    Baselines baselines = Baselines.read(FILE);
    JsonNode entries = JsonMapper.shared().readTree(FILE).get("baselines");
    assertThat(entries).isNotEmpty();
    for (JsonNode entry : entries) {
      CpuKind cpu =
          new CpuKind(
              entry.get("cpu").asString(), CpuLevel.valueOf(entry.get("kernels").asString()));
      Map<GateFigure, Interval> intervals = baselines.of(cpu);
      for (GateFigure figure : GateFigure.values()) {
        assertThat(intervals).containsKey(figure);
        Interval interval = Objects.requireNonNull(intervals.get(figure));
        assertThat(interval.median()).isBetween(interval.low(), interval.high()).isPositive();
        JsonNode recorded = entry.get("figures").get(figure.name());
        assertThat(recorded.get("fasterThan").asString()).isEqualTo(figure.peer().title());
      }
    }
  }
}
