package dev.engram.arena.stress.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A chart as a figure: title and legend are text of the page, which finds its own place; the rest
 * is SVG, drawn for the width of a telephone, so that its text is never too small to read.
 */
final class Chart {
  static final int WIDTH = 400;
  static final int HEIGHT = 220;
  static final int LEFT = 46;
  static final int RIGHT = WIDTH - 14;
  static final int TOP = 26;
  static final int BOTTOM = HEIGHT - 42;

  /** A moment and a figure, for instance. */
  record Point(double x, double y) {}

  /** From one x to another. */
  record Bar(double from, double to, double y, String label) {}

  private final String id;
  private final String title;
  private final String description;
  private final Axis x;
  private final Axis y;
  private final StringBuilder marks = new StringBuilder();
  private final List<String> legend = new ArrayList<>();

  /**
   * An empty chart.
   *
   * @param id unlike any other on the page
   * @param description what it shows, for those who do not see it
   */
  Chart(String id, String title, String description, Axis x, Axis y) {
    this.id = id;
    this.title = title;
    this.description = description;
    this.x = x;
    this.y = y;
  }

  /**
   * Adds a line.
   *
   * @param colour 1, 2 or 3
   */
  Chart line(String name, int colour, List<Point> points) {
    String path =
        points.stream()
            .map(point -> left(point.x) + "," + top(point.y))
            .collect(Collectors.joining(" "));
    marks.append("<polyline class=\"line colour-%d\" points=\"%s\"/>%n".formatted(colour, path));
    return named(name, "swatch colour-" + colour);
  }

  /**
   * Adds bars.
   *
   * @param colour 1, 2 or 3
   */
  Chart bars(String name, int colour, List<Bar> bars) {
    for (Bar bar : bars) {
      double from = LEFT + x.position(bar.from) * (RIGHT - LEFT);
      double to = LEFT + x.position(bar.to) * (RIGHT - LEFT);
      // A hair's breadth between two, where there is room for it.
      double gap = to - from > 3 ? 1 : 0;
      // What there is must be seen, however little it is.
      double height = bar.y > 0 ? Math.max(1.5, y.position(bar.y) * (BOTTOM - TOP)) : 0;
      marks.append(
          Html.format(
              "<rect class=\"bar colour-%d\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\">"
                  + "<title>%s</title></rect>%n",
              colour,
              number(from),
              number(BOTTOM - height),
              number(Math.max(0.5, to - from - gap)),
              number(height),
              bar.label));
    }
    return named(name, "swatch colour-" + colour);
  }

  /** Adds a line across, at a bound. */
  Chart bound(String name, double value) {
    marks.append(
        "<line class=\"bound\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>%n"
            .formatted(LEFT, RIGHT, top(value), top(value)));
    return named(name, "swatch bound");
  }

  private Chart named(String name, String style) {
    legend.add(Html.format("<li><i class=\"%s\"></i>%s</li>", style, name));
    return this;
  }

  /** The figure. */
  String html() {
    return Html.format(
        """
        <figure class="chart">
        <figcaption><h4>%s</h4><ul class="legend">%s</ul></figcaption>
        <svg viewBox="0 0 %d %d" role="img" aria-labelledby="%s-title %s-description">
        <title id="%s-title">%s</title><desc id="%s-description">%s</desc>
        %s<g class="marks">%s</g>
        %s</svg>
        </figure>
        """,
        title,
        Html.raw(String.join("", legend)),
        WIDTH,
        HEIGHT,
        id,
        id,
        id,
        title,
        id,
        description,
        Html.raw(grid()),
        Html.raw(marks.toString()),
        Html.raw(labels()));
  }

  private String grid() {
    return y.ticks().stream()
        .map(tick ->
            "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>%n"
                .formatted(
                    tick.value() == y.low() ? "base" : "grid",
                    LEFT,
                    RIGHT,
                    top(tick.value()),
                    top(tick.value())))
        .collect(Collectors.joining());
  }

  private String labels() {
    StringBuilder labels = new StringBuilder();
    for (Axis.Tick tick : y.ticks()) {
      labels.append(
          text(
              LEFT - 6 + "",
              top(tick.value()),
              "end",
              "dy=\"0.32em\" class=\"tick\"",
              tick.label()));
    }
    for (Axis.Tick tick : x.ticks()) {
      labels.append(
          text(left(tick.value()), BOTTOM + 17 + "", "middle", "class=\"tick\"", tick.label()));
    }
    labels.append(text("2", "12", "start", "class=\"unit\"", y.unit()));
    if (!x.unit().isEmpty()) {
      labels.append(text(RIGHT + "", HEIGHT - 6 + "", "end", "class=\"unit\"", x.unit()));
    }
    return labels.toString();
  }

  private static String text(String x, String y, String anchor, String attributes, String text) {
    return Html.format(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" %s>%s</text>%n",
        x, y, anchor, Html.raw(attributes), text);
  }

  private String left(double value) {
    return number(LEFT + x.position(value) * (RIGHT - LEFT));
  }

  private String top(double value) {
    return number(TOP + (1 - y.position(value)) * (BOTTOM - TOP));
  }

  /** A hundredth of a unit is finer than any screen. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
  }
}
