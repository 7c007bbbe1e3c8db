package dev.engram.arena.stress.report;

import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.scenario.Invariant;
import dev.engram.arena.stress.scenario.ScenarioResult;
import dev.engram.arena.stress.scenario.StressSettings;
import java.time.Duration;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A run as JSON. Names carry their units as they do in the library. */
public final class JsonReport {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private JsonReport() {}

  /**
   * The text of a report.
   *
   * @param report what to write
   * @return a JSON object that ends with a line break
   */
  public static String text(RunReport report) {
    ScenarioResult result = report.result();
    ObjectNode root = MAPPER.createObjectNode();
    root.put("scenario", report.scenario());
    root.put("held", result.held());
    root.set("settings", settings(report));
    root.put("elapsedSeconds", seconds(result.elapsed()));
    root.put("operations", result.operations());
    root.put("operationsPerSecond", result.operationsPerSecond());
    root.set("stats", stats(result.stats()));
    root.set("statsAtWork", stats(result.atWork()));
    ArrayNode invariants = root.putArray("invariants");
    for (Invariant invariant : result.invariants()) {
      invariants.addPOJO(invariant);
    }
    root.set("environment", environment());
    return MAPPER.writeValueAsString(root) + "\n";
  }

  private static ObjectNode settings(RunReport report) {
    StressSettings settings = report.settings();
    Duration duration = settings.duration();
    ObjectNode node = MAPPER.createObjectNode();
    node.put("threads", settings.threads());
    node.put("iterations", duration == null ? (Long) settings.iterations() : null);
    node.put("durationSeconds", duration == null ? null : (Double) seconds(duration));
    boolean vectors = report.comparesVectors();
    node.put("dimensions", vectors ? (Integer) settings.dimensions() : null);
    node.put("candidates", vectors ? (Integer) settings.candidates() : null);
    node.put("poolSizeBytes", settings.arenas().poolSizeBytes());
    node.put("overflow", settings.arenas().overflow().name());
    node.put("maxFallbackBytes", settings.arenas().maxFallbackBytes());
    node.put("maxTotalBytes", settings.arenas().maxTotalBytes());
    node.put("seed", settings.seed());
    node.put("vectors", settings.vectorFile() == null ? null : settings.vectorFile().toString());
    return node;
  }

  /** All components of the record, whatever there are, and the sum that it computes. */
  private static ObjectNode stats(ArenaStats stats) {
    ObjectNode node = MAPPER.valueToTree(stats);
    node.put("totalOverflows", stats.totalOverflows());
    return node;
  }

  private static ObjectNode environment() {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    node.put(
        "os",
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    node.put("cpus", Runtime.getRuntime().availableProcessors());
    return node;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
