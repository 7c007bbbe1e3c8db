package dev.engram.arena.stress.page;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table in a box of its own, which scrolls where it is too wide. */
final class Table {
  private final String name;
  private final String style;
  private final int heading;
  private final List<String> columns;
  private final List<String> rows = new ArrayList<>();

  /**
   * A table without rows.
   *
   * @param name what is in it, for those who do not see it
   * @param heading which column says what a row is about
   * @param columns their headings; those of numbers end with {@code #}
   */
  Table(String name, String style, int heading, String... columns) {
    this.name = name;
    this.style = style;
    this.heading = heading;
    this.columns = List.of(columns);
  }

  /** Adds a row, of text and of HTML. */
  Table row(Object... cells) {
    StringBuilder row = new StringBuilder("<tr>");
    for (int i = 0; i < cells.length; i++) {
      boolean named = i == heading;
      String element = named ? "th" : "td";
      row.append(
          Html.format(
              "<%s%s%s>%s</%s>",
              element,
              Html.raw(named ? " scope=\"row\"" : ""),
              Html.raw(isNumber(i) ? " class=\"number\"" : ""),
              cells[i],
              element));
    }
    rows.add(row.append("</tr>").toString());
    return this;
  }

  private boolean isNumber(int column) {
    return columns.get(column).endsWith("#");
  }

  String html() {
    String head =
        IntStream.range(0, columns.size())
            .mapToObj(i ->
                Html.format(
                    "<th scope=\"col\"%s>%s</th>",
                    Html.raw(isNumber(i) ? " class=\"number\"" : ""),
                    columns.get(i).replace("#", "")))
            .collect(Collectors.joining());
    return Html.format(
        """
        <div class="scroll" role="region" aria-label="%s" tabindex="0"><table class="%s">
        <thead><tr>%s</tr></thead>
        <tbody>
        %s
        </tbody></table></div>
        """,
        name, style, Html.raw(head), Html.raw(String.join("\n", rows)));
  }
}
