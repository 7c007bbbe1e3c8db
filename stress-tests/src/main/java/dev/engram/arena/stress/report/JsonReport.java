package dev.engram.arena.stress.report;

import dev.engram.arena.ArenaStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reports as JSON. */
public final class JsonReport {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  private JsonReport() {}

  /**
   * The text of a report.
   *
   * @param report a {@link RunReport} or a {@link SuiteReport}
   * @return a JSON object that ends with a line break
   */
  public static String text(Record report) {
    return MAPPER.writeValueAsString(report) + "\n";
  }

  /**
   * Reads what {@link #text} has written.
   *
   * @param file a report of a run or of a suite
   * @return the report; that of a run as a suite of one
   * @throws IOException if it cannot be read or is something else; the message says which file
   */
  public static SuiteReport read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": there is no such file");
    }
    try {
      JsonNode tree = MAPPER.readTree(Files.readString(file));
      tree.findValues("recorded").forEach(JsonReport::completeOlder);
      if (tree.has("runs")) {
        return MAPPER.treeToValue(tree, SuiteReport.class);
      }
      if (tree.has("scenario")) {
        return alone(MAPPER.treeToValue(tree, RunReport.class));
      }
      throw new IOException(file + ": is JSON, but no report of scripts/stress");
    } catch (JacksonException e) {
      throw new IOException(
          "%s: is no report of scripts/stress: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  /** Adds what reports did not have while arenas were not yet looked at with each sample. */
  private static void completeOlder(JsonNode recorded) {
    if (!(recorded instanceof ObjectNode object)) {
      return;
    }
    object.putIfAbsent("otherArenas", MAPPER.valueToTree(0));
    long slot = 0;
    for (JsonNode arena : object.path("arenas")) {
      if (arena instanceof ObjectNode older) {
        older.putIfAbsent("slot", MAPPER.valueToTree(slot++));
        older.putIfAbsent("usedBytesMean", MAPPER.valueToTree(0));
        older.putIfAbsent("usedBytes", MAPPER.createArrayNode());
      }
    }
  }

  /**
   * A suite of one.
   *
   * @param run the run
   * @return with the verdict and the times of the run
   */
  public static SuiteReport alone(RunReport run) {
    return new SuiteReport(
        run.held(),
        run.interrupted(),
        run.elapsedSeconds(),
        run.elapsedSeconds(),
        List.of(new SuiteReport.Entry(run.scenario(), run.broken().isEmpty() ? 0 : 1, run)));
  }

  /** The components of the record by name. */
  static Map<String, @Nullable Object> components(ArenaStats stats) {
    return MAPPER.convertValue(stats, new TypeReference<Map<String, @Nullable Object>>() {});
  }
}
