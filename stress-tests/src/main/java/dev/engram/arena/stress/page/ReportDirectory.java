package dev.engram.arena.stress.page;

import dev.engram.arena.stress.report.CsvReport;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.ReportFile;
import dev.engram.arena.stress.report.SuiteReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report as a folder of files, each of which is written whole or not at all. */
public final class ReportDirectory {
  private static final List<String> NAMES =
      List.of(
          "report.json",
          "samples.csv",
          "latency.csv",
          "histogram.csv",
          "arenas.csv",
          "arena-usage.csv",
          "index.html");

  private final Map<String, ReportFile> files;

  private ReportDirectory(Map<String, ReportFile> files) {
    this.files = files;
  }

  /**
   * Makes the folder, and sure that the files can be written later.
   *
   * @param directory where they are to go
   * @return the folder, with nothing written yet
   * @throws IOException if they cannot be written; the message says why
   */
  public static ReportDirectory at(Path directory) throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new IOException(directory + ": is no directory");
    }
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new IOException(directory + ": cannot be made", e);
    }
    Map<String, ReportFile> files = new LinkedHashMap<>();
    for (String name : NAMES) {
      files.put(name, ReportFile.at(directory.resolve(name)));
    }
    return new ReportDirectory(files);
  }

  /**
   * Writes all files, the page last.
   *
   * @param report of a suite, or of a run alone
   * @throws IOException if one cannot be written
   */
  public void write(SuiteReport report) throws IOException {
    for (Map.Entry<String, ReportFile> file : files.entrySet()) {
      file.getValue().write(text(file.getKey(), report));
    }
  }

  private static String text(String name, SuiteReport report) {
    return switch (name) {
      case "report.json" -> JsonReport.text(report);
      case "samples.csv" -> CsvReport.samples(report);
      case "latency.csv" -> CsvReport.latency(report);
      case "histogram.csv" -> CsvReport.histogram(report);
      case "arenas.csv" -> CsvReport.arenas(report);
      case "arena-usage.csv" -> CsvReport.arenaUsage(report);
      case "index.html" -> ReportPage.html(report);
      default -> throw new IllegalArgumentException(name);
    };
  }
}
