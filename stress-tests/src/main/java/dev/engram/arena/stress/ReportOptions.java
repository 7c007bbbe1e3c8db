package dev.engram.arena.stress;

import dev.engram.arena.stress.page.ReportDirectory;
import dev.engram.arena.stress.report.Comparison;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.ReportFile;
import dev.engram.arena.stress.report.SuiteReport;
import dev.engram.arena.stress.scenario.CannotRunException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the result is to go, apart from the terminal. */
final class ReportOptions {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the result to a file, also when an invariant broke.")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description =
          "Records samples over time and the latency of every operation, and writes a page,"
              + " index.html, with the same as JSON and CSV beside it.")
  private @Nullable Path report;

  @Option(
      names = "--compare",
      paramLabel = "OLD.json",
      description =
          "Prints throughput, latency and memory as ratios to an earlier report, that of --json or"
              + " the report.json of --report.")
  private @Nullable Path compare;

  /** Whether what is recorded will be shown. */
  boolean record() {
    return report != null || compare != null;
  }

  /** Makes sure that all of it can be read or written, before a long run has been for nothing. */
  Outputs open() {
    return new Outputs(jsonFile(), directory(), old());
  }

  private @Nullable ReportFile jsonFile() {
    try {
      return json == null ? null : ReportFile.at(json);
    } catch (IOException e) {
      throw new UsageException("--json: " + e.getMessage(), e);
    }
  }

  private @Nullable ReportDirectory directory() {
    try {
      return report == null ? null : ReportDirectory.at(report);
    } catch (IOException e) {
      throw new UsageException("--report: " + e.getMessage(), e);
    }
  }

  private @Nullable SuiteReport old() {
    try {
      return compare == null ? null : JsonReport.read(compare);
    } catch (IOException e) {
      throw new UsageException("--compare: " + e.getMessage(), e);
    }
  }

  /**
   * What was asked for and can be had.
   *
   * @param json file for the report, or null
   * @param directory for the page, or null
   * @param old what to compare with, or null
   */
  record Outputs(
      @Nullable ReportFile json, @Nullable ReportDirectory directory, @Nullable SuiteReport old) {

    /**
     * Writes the report.
     *
     * @param report what there is of it
     * @param asJson the record that is to be the JSON file
     */
    void write(SuiteReport report, Record asJson, PrintStream out) {
      try {
        if (json != null) {
          json.write(JsonReport.text(asJson));
        }
        if (directory != null) {
          directory.write(report);
        }
      } catch (IOException e) {
        throw new CannotRunException("the report could not be written: " + e.getMessage(), e);
      }
      if (old != null) {
        out.println();
        Comparison.print(old, report, out);
      }
    }
  }
}
