package dev.engram.arena.micrometer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an expression of PromQL reads.
 *
 * @param selectors the metrics
 * @param grouping the labels that it groups by
 */
record PromQl(List<Selector> selectors, Set<String> grouping) {
  /** A metric, and the labels that its series are selected by. */
  record Selector(String metric, Set<String> labels) {}

  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");

  /** A name, with what may be in braces behind it, unless it is a function's. */
  private static final Pattern SELECTOR =
      Pattern.compile("(?<![\\w.:])([a-zA-Z_:][\\w:]*+)\\s*+(?:\\{([^}]*)})?(?!\\s*\\()");

  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");
  private static final Set<String> WORDS =
      Set.of("and", "or", "unless", "bool", "offset", "Inf", "NaN");

  static PromQl of(String expression) {
    Set<String> grouping = new TreeSet<>();
    Matcher groupings = GROUPING.matcher(expression);
    String ungrouped =
        groupings.replaceAll(found -> {
          grouping.addAll(List.of(found.group(1).trim().split("\\s*,\\s*")));
          return "";
        });
    List<Selector> selectors = new ArrayList<>();
    SELECTOR
        .matcher(RANGE.matcher(ungrouped).replaceAll(""))
        .results()
        .filter(found -> !WORDS.contains(found.group(1)))
        .forEach(found -> selectors.add(selector(found)));
    return new PromQl(selectors, grouping);
  }

  private static Selector selector(MatchResult found) {
    Set<String> labels = new TreeSet<>();
    if (found.group(2) != null) {
      LABEL.matcher(found.group(2)).results().forEach(label -> labels.add(label.group(1)));
    }
    return new Selector(found.group(1), labels);
  }
}
