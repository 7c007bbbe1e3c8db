package dev.engram.arena.benchmarks;

import dev.engram.arena.benchmarks.report.RatioChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Draws the figures of a run. */
@Command(
    name = "chart",
    mixinStandardHelpOptions = true,
    description =
        "Draws the figures of a run as an SVG: a bar each, from its floor to what was measured.")
final class ChartCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE.json", description = "What --json wrote.")
  private @Nullable Path json;

  @Parameters(
      index = "1",
      paramLabel = "FILE.svg",
      description = "Written, with the folders that it is in.")
  private @Nullable Path svg;

  @Override
  public Integer call() {
    String chart = RatioChart.svg(report(Objects.requireNonNull(json)));
    Path file = Objects.requireNonNull(svg).toAbsolutePath();
    try {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, chart);
    } catch (IOException e) {
      throw new CannotRunException("the chart could not be written: " + e, e);
    }
    return ExitCode.MEASURED;
  }

  private JsonNode report(Path file) {
    try {
      JsonNode report = JsonMapper.shared().readTree(Files.readString(file));
      if (report.has("figures") && report.has("machine")) {
        return report;
      }
      throw refusal(file + " is no report of alloc, cosine, spread or decay");
    } catch (IOException e) {
      throw refusal(file + " cannot be read: " + e);
    } catch (JacksonException e) {
      throw refusal(file + " is no JSON: " + e.getOriginalMessage());
    }
  }

  private ParameterException refusal(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
