package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import dev.engram.arena.benchmarks.measure.Effort;
import dev.engram.arena.benchmarks.measure.Machine;
import dev.engram.arena.benchmarks.measure.Measurements;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A run as JSON. Names carry their units. What was not measured is null. */
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
  public static String text(BenchReport report) {
    ObjectNode root = MAPPER.createObjectNode();
    Suite suite = report.suite();
    root.put("benchmark", suite.name());
    root.set("machine", machine(report.machine()));
    root.putPOJO("notes", report.notes());
    root.set("effort", effort(report.effort()));
    root.put("elapsedSeconds", report.elapsed().toNanos() / 1e9);
    root.set("figures", figures(suite, report.measurements()));
    root.set("operations", operations(suite, report.measurements()));
    if (!suite.sweeps().isEmpty()) {
      root.set("sweep", sweep(suite, report.measurements(), report.effort().sweepThreads()));
    }
    return MAPPER.writeValueAsString(root) + "\n";
  }

  /**
   * A machine, as part of a report.
   *
   * @param machine where something was measured
   * @return a JSON object
   */
  public static ObjectNode machine(Machine machine) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("cpu", machine.cpu());
    node.put("cpus", machine.cpus());
    node.put("os", machine.os());
    node.put("java", machine.java());
    node.put("began", machine.began().toString());
    node.put("loadAverage", machine.loadAverage());
    return node;
  }

  private static ObjectNode effort(Effort effort) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("forks", effort.rounds());
    node.put("warmupIterations", effort.warmupIterations());
    node.put("warmupMillis", effort.warmupTime().toMillis());
    node.put("iterations", effort.iterations());
    node.put("iterationMillis", effort.iterationTime().toMillis());
    node.put("sweepIntervalMillis", effort.sweepInterval().toMillis());
    return node;
  }

  private static ArrayNode figures(Suite suite, Measurements measurements) {
    ArrayNode array = MAPPER.createArrayNode();
    for (Figure figure : suite.figures()) {
      ObjectNode node = array.addObject();
      node.put("title", figure.title());
      node.put(figure.unit(), figure.count());
      node.put("bound", figure.bound().name());
      node.put("floor", figure.floor());
      node.put("aim", figure.aim());
      node.put("measured", nullable(figure.measured(measurements)));
      node.put("verdict", figure.verdict(measurements).name());
    }
    return array;
  }

  private static ArrayNode operations(Suite suite, Measurements measurements) {
    ArrayNode array = MAPPER.createArrayNode();
    for (BenchmarkCase variant : suite.cases()) {
      for (int size : variant.sizes()) {
        ObjectNode node = array.addObject();
        node.put("variant", variant.name());
        node.put("title", variant.title());
        node.put(suite.unit(), size);
        node.put("medianNanos", nullable(measurements.medianNanos(variant, size)));
        node.put("medianGarbageBytes", nullable(measurements.medianGarbageBytes(variant, size)));
        ArrayNode forks = node.putArray("nanosOfForks");
        measurements.nanos(variant, size).forEach(forks::add);
      }
    }
    return array;
  }

  private static ArrayNode sweep(
      Suite suite, Measurements measurements, List<Integer> threadCounts) {
    ArrayNode array = MAPPER.createArrayNode();
    for (BenchmarkCase variant : suite.sweeps()) {
      for (int threads : threadCounts) {
        ObjectNode node = array.addObject();
        node.put("variant", variant.name());
        node.put("threads", threads);
        node.put(
            "medianOperationsPerSecond", nullable(measurements.medianPerSecond(variant, threads)));
      }
    }
    return array;
  }

  private static @Nullable Double nullable(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }
}
