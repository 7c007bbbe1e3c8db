package dev.engram.arena.micrometer;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What Prometheus reads of a registry.
 *
 * @param help by metric
 * @param types by metric
 * @param samples by name and labels, as they are written
 */
record Scrape(Map<String, String> help, Map<String, String> types, Map<String, Double> samples) {
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  static Scrape of(PrometheusMeterRegistry registry) {
    return of(registry.scrape());
  }

  static Scrape of(String text) {
    Scrape scrape = new Scrape(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    text.lines().forEach(scrape::add);
    return scrape;
  }

  private void add(String line) {
    if (line.startsWith("# ")) {
      String[] words = line.split(" ", 4);
      (words[1].equals("HELP") ? help : types).put(words[2], words[3]);
      return;
    }
    int end = line.lastIndexOf(' ');
    String value = line.substring(end + 1);
    samples.put(
        line.substring(0, end),
        value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value));
  }

  double value(String sample) {
    return Objects.requireNonNull(samples.get(sample), sample);
  }

  /** The metrics, each with its labels. */
  Map<String, Set<String>> labels() {
    Map<String, Set<String>> labels = new LinkedHashMap<>();
    for (String sample : samples.keySet()) {
      Set<String> ofMetric =
          labels.computeIfAbsent(sample.replaceFirst("\\{.*", ""), name -> new TreeSet<>());
      LABEL.matcher(sample).results().forEach(label -> ofMetric.add(label.group(1)));
    }
    return labels;
  }
}
