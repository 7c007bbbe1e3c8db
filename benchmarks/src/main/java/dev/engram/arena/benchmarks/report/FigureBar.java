package dev.engram.arena.benchmarks.report;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A figure of a report, as a chart has it.
 *
 * @param label what was measured, of how many
 * @param value what came of it, and the floor
 * @param timesFloor how many times better than the floor it is; below 1 if the floor is missed,
 *     empty if nothing was measured or the floor is 0
 * @param missed whether the floor is missed
 */
record FigureBar(String label, String value, OptionalDouble timesFloor, boolean missed) {
  /** What is counted has a name of its own. */
  private static final Set<String> OTHER_NUMBERS = Set.of("floor", "aim", "measured");

  /** One that a report has. */
  static FigureBar of(JsonNode figure) {
    JsonNode measured = figure.get("measured");
    double floor = figure.get("floor").asDouble();
    boolean atLeast = figure.get("bound").asString().equals("AT_LEAST");
    String bound = (atLeast ? "floor " : "at most ") + number(floor);
    String label = figure.get("title").asString() + ", " + size(figure);
    if (measured.isNull()) {
      return new FigureBar(label, "not measured, " + bound, OptionalDouble.empty(), false);
    }
    double times = atLeast ? measured.asDouble() / floor : floor / measured.asDouble();
    return new FigureBar(
        label,
        number(measured.asDouble()) + ", " + bound,
        Double.isFinite(times) && times > 0 ? OptionalDouble.of(times) : OptionalDouble.empty(),
        figure.get("verdict").asString().equals("MISSED"));
  }

  private static String size(JsonNode figure) {
    for (Map.Entry<String, JsonNode> entry : figure.properties()) {
      if (entry.getValue().isNumber() && !OTHER_NUMBERS.contains(entry.getKey())) {
        long count = entry.getValue().asLong();
        String unit = entry.getKey();
        return count == 1
            ? "1 " + unit.substring(0, unit.length() - 1)
            : String.format(Locale.ROOT, "%,d %s", count, unit);
      }
    }
    throw new IllegalArgumentException("a figure without a size: " + figure);
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : TableReport.number(OptionalDouble.of(value));
  }
}
