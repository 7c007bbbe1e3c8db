package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.measure.Median;
import dev.engram.arena.benchmarks.report.JsonReport;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A run of the gate as a table of text, and as JSON. */
public final class GateReport {
  private static final String ROW = "%-36s %-32s %9s %6s %16s %6s  %s%n";
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final GateRun run;

  /**
   * A report.
   *
   * @param run what it is of
   */
  public GateReport(GateRun run) {
    this.run = run;
  }

  /**
   * Prints the table.
   *
   * @param out where to
   */
  public void print(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "cpu      %s; %d cores; kernels %s%n",
        run.cpu().model(),
        run.machine().cpus(),
        run.cpu().level());
    out.printf(Locale.ROOT, "java     %s%n", run.machine().java());
    out.printf(
        Locale.ROOT,
        "began    %s, load average %.2f, took %d s%n%n",
        run.machine().began(),
        run.machine().loadAverage(),
        run.elapsed().toSeconds());
    out.printf(
        Locale.ROOT, ROW, "times faster", "than", "baseline", "now", "interval", "forks", "");
    for (GateFigure figure : run.figures()) {
      Interval now = run.gate().interval(figure);
      Interval baseline = run.gate().baseline(figure);
      out.printf(
          Locale.ROOT,
          ROW,
          figure.title(),
          figure.peer().title(),
          baseline == null ? "-" : number(baseline.median()),
          number(now.median()),
          number(now.low()) + " to " + number(now.high()),
          run.gate().samples(figure).size(),
          run.gate().verdict(figure).word());
    }
    out.println();
  }

  private static String number(double ratio) {
    return String.format(Locale.ROOT, ratio < 1 ? "%.3f" : ratio < 10 ? "%.2f" : "%.1f", ratio);
  }

  /**
   * The run as JSON. Names carry their units; what was not recorded is null.
   *
   * @return a JSON object that ends with a line break
   */
  public String json() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("benchmark", "check");
    root.set("machine", JsonReport.machine(run.machine()));
    root.put("cpuModel", run.cpu().model());
    root.put("kernels", run.cpu().level().name());
    root.put("elapsedSeconds", run.elapsed().toNanos() / 1e9);
    root.put("margin", Gate.MARGIN);
    ArrayNode figures = root.putArray("figures");
    run.figures().forEach(figure -> addFigure(figures.addObject(), figure));
    return MAPPER.writeValueAsString(root) + "\n";
  }

  private void addFigure(ObjectNode node, GateFigure figure) {
    List<PairedSample> samples = run.gate().samples(figure);
    node.put("figure", figure.name());
    node.put("title", figure.title());
    node.put("fasterThan", figure.peer().title());
    node.set("baseline", interval(run.gate().baseline(figure)));
    node.set("now", interval(run.gate().interval(figure)));
    node.put("verdict", run.gate().verdict(figure).name());
    node.put("medianNanos", median(samples, PairedSample::ourNanos));
    node.put("medianPeerNanos", median(samples, PairedSample::peerNanos));
    ArrayNode forks = node.putArray("ratioOfForks");
    samples.forEach(sample -> forks.add(sample.ratio()));
  }

  private static @Nullable ObjectNode interval(@Nullable Interval interval) {
    if (interval == null) {
      return null;
    }
    ObjectNode node = MAPPER.createObjectNode();
    node.put("low", interval.low());
    node.put("median", interval.median());
    node.put("high", interval.high());
    return node;
  }

  private static double median(
      List<PairedSample> samples, ToDoubleFunction<PairedSample> component) {
    return Median.of(samples.stream().map(component::applyAsDouble).toList());
  }
}
