package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.measure.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was recorded, in a file: of each kind of CPU an entry with the interval of each figure.
 * Another kind has other ratios, so nothing is compared across them.
 */
public final class Baselines {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path file;
  private final ArrayNode entries;

  private Baselines(Path file, ArrayNode entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * As if nothing had been recorded.
   *
   * @return no baselines
   */
  public static Baselines none() {
    return new Baselines(Path.of(""), MAPPER.createArrayNode());
  }

  /**
   * Reads a file.
   *
   * @param file where it is; if there is none, nothing was recorded
   * @return what it holds
   * @throws IOException if it cannot be read, or holds something else
   */
  public static Baselines read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new Baselines(file, MAPPER.createArrayNode());
    }
    try {
      return new Baselines(
          file, MAPPER.readTree(Files.readString(file)).required("baselines").asArray());
    } catch (JacksonException e) {
      throw new IOException(file + ": " + e.getOriginalMessage(), e);
    }
  }

  /** The intervals of a kind of CPU by figure, none if nothing was recorded on it. */
  Map<GateFigure, Interval> of(CpuKind cpu) throws IOException {
    Map<GateFigure, Interval> intervals = new EnumMap<>(GateFigure.class);
    JsonNode entry = entry(cpu);
    if (entry == null) {
      return intervals;
    }
    try {
      for (GateFigure figure : GateFigure.values()) {
        JsonNode recorded = entry.required("figures").get(figure.name());
        if (recorded != null) {
          intervals.put(figure, interval(recorded));
        }
      }
      return intervals;
    } catch (JacksonException e) {
      throw new IOException(file + ": " + e.getOriginalMessage(), e);
    }
  }

  private static Interval interval(JsonNode recorded) {
    return new Interval(
        recorded.required("low").doubleValue(),
        recorded.required("median").doubleValue(),
        recorded.required("high").doubleValue());
  }

  private @Nullable ObjectNode entry(CpuKind cpu) {
    for (JsonNode entry : entries) {
      if (entry.path("cpu").asString("").equals(cpu.model())
          && entry.path("kernels").asString("").equals(cpu.level().name())) {
        return (ObjectNode) entry;
      }
    }
    return null;
  }

  /** Writes the file anew, with what was measured in the place of what was recorded before. */
  void record(CpuKind cpu, Machine machine, Gate gate, Iterable<GateFigure> measured)
      throws IOException {
    ObjectNode entry = entry(cpu);
    if (entry == null) {
      entry = entries.addObject();
      entry.put("cpu", cpu.model());
      entry.put("kernels", cpu.level().name());
    }
    entry.put("java", machine.java());
    entry.put("recorded", machine.began().toString());
    ObjectNode figures = entry.withObject("figures");
    for (GateFigure figure : measured) {
      Interval interval = gate.interval(figure);
      ObjectNode node = figures.putObject(figure.name());
      node.put("fasterThan", figure.peer().title());
      node.put("low", rounded(interval.low()));
      node.put("median", rounded(interval.median()));
      node.put("high", rounded(interval.high()));
      node.put("forks", gate.samples(figure).size());
    }
    ObjectNode root = MAPPER.createObjectNode();
    root.put(
        "about", "What scripts/bench check compares with; written by scripts/bench check --record");
    root.set("baselines", entries);
    Files.writeString(file, MAPPER.writeValueAsString(root) + "\n");
  }

  private static double rounded(double ratio) {
    return Math.rint(ratio * 1e4) / 1e4;
  }
}
