package dev.engram.arena.benchmarks.report;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * The figures of a report as a picture: a bar each, from its floor to what was measured, to the
 * right where that is better and to the left where the floor is missed. Each step of the scale is
 * twice the one before. Readable on light and on dark.
 */
public final class RatioChart {
  private static final int WIDTH = 920;
  private static final int BARS_LEFT = 470;
  private static final int BARS_WIDTH = 280;
  private static final int TOP = 66;
  private static final int ROW = 22;
  private static final int BAR = 12;

  /** So that the floor is not at the edge. */
  private static final int DOUBLINGS_BELOW_MIN = 1;

  private static final int DOUBLINGS_ABOVE_MIN = 2;
  private static final double LOG_2 = Math.log(2);

  private static final String STYLE =
      """
      <style>
      text { font: 12px system-ui, sans-serif; fill: #1f2328 }
      .title { font-weight: 600; font-size: 14px }
      .quiet { fill: #59636e }
      .end { text-anchor: end }
      .middle { text-anchor: middle }
      .page { fill: #ffffff }
      .grid { stroke: #d1d9e0 }
      .floor { stroke: #1f2328; stroke-width: 1.5 }
      .reached { fill: #2f6fb4 }
      .missed { fill: #c2570c }
      @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .quiet { fill: #9198a1 }
      .page { fill: #0d1117 }
      .grid { stroke: #3d444d }
      .floor { stroke: #e6edf3 }
      .reached { fill: #5fa8ee }
      .missed { fill: #f0883e }
      }
      </style>
      """;

  private final JsonNode report;
  private final List<FigureBar> bars;
  private final int doublingsBelow;
  private final int doublingsAbove;
  private final Formatter svg = new Formatter(Locale.ROOT);

  private RatioChart(JsonNode report) {
    this.report = report;
    bars = report.get("figures").valueStream().map(FigureBar::of).toList();
    double[] doublings =
        bars.stream()
            .filter(bar -> bar.timesFloor().isPresent())
            .mapToDouble(bar -> doublings(bar.timesFloor().getAsDouble()))
            .sorted()
            .toArray();
    double lowest = doublings.length == 0 ? 0 : doublings[0];
    double highest = doublings.length == 0 ? 0 : doublings[doublings.length - 1];
    doublingsBelow = Math.max(DOUBLINGS_BELOW_MIN, (int) Math.ceil(-lowest));
    doublingsAbove = Math.max(DOUBLINGS_ABOVE_MIN, (int) Math.ceil(highest));
  }

  /**
   * Draws a report.
   *
   * @param report what {@link JsonReport} wrote
   * @return an SVG document
   */
  public static String svg(JsonNode report) {
    return new RatioChart(report).draw();
  }

  private String draw() {
    int height = TOP + bars.size() * ROW + 12;
    svg.format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " role=\"img\">\n",
        WIDTH, height, WIDTH, height);
    svg.format("<title>%s</title>\n", escaped(title()));
    svg.format("%s", STYLE);
    svg.format("<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n", WIDTH, height);
    svg.format("<text class=\"title\" x=\"12\" y=\"22\">%s</text>\n", escaped(title()));
    svg.format("<text class=\"quiet\" x=\"12\" y=\"40\">%s</text>\n", escaped(conditions()));
    drawScale(height - 10);
    for (int i = 0; i < bars.size(); i++) {
      drawBar(bars.get(i), TOP + i * ROW);
    }
    svg.format("</svg>\n");
    return svg.toString();
  }

  private String title() {
    return "scripts/bench "
        + report.get("benchmark").asString()
        + ": each figure as a multiple of its floor";
  }

  private String conditions() {
    JsonNode machine = report.get("machine");
    return String.format(
        Locale.ROOT,
        "%s, %d cores; %s; median of %d forks",
        machine.get("cpu").asString(),
        machine.get("cpus").asInt(),
        machine.get("began").asString().substring(0, "2026-01-01".length()),
        report.get("effort").get("forks").asInt());
  }

  private void drawScale(int bottom) {
    // Labels of more than so many steps would touch.
    int step = Math.ceilDiv(doublingsBelow + doublingsAbove, 8);
    for (int i = -doublingsBelow; i <= doublingsAbove; i++) {
      if (i % step != 0) {
        continue;
      }
      double x = x(i);
      svg.format(
          "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n",
          i == 0 ? "floor" : "grid", x, TOP - 4, x, bottom);
      String label = i == 0 ? "floor" : i < 0 ? "1/" + (1L << -i) : "×" + (1L << i);
      svg.format(
          "<text class=\"quiet middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
          x, TOP - 10, escaped(label));
    }
  }

  private void drawBar(FigureBar bar, int top) {
    int baseline = top + 15;
    svg.format(
        "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text>\n",
        BARS_LEFT - 10, baseline, escaped(bar.label()));
    bar.timesFloor()
        .ifPresent(times -> {
          double from = Math.min(x(0), x(doublings(times)));
          double to = Math.max(x(0), x(doublings(times)));
          svg.format(
              "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
              bar.missed() ? "missed" : "reached",
              from,
              top + (ROW - BAR) / 2,
              Math.max(to - from, 1),
              BAR);
        });
    svg.format(
        "<text x=\"%d\" y=\"%d\">%s</text>\n",
        BARS_LEFT + BARS_WIDTH + 14, baseline, escaped(bar.value()));
  }

  private static double doublings(double times) {
    return Math.log(times) / LOG_2;
  }

  private double x(double doublings) {
    return BARS_LEFT
        + BARS_WIDTH * (doublings + doublingsBelow) / (doublingsBelow + doublingsAbove);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
