package dev.engram.arena.stress.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.PlantedReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportDirectoryTest {
  @TempDir private Path directory;

  @Test
  void theFolderIsMadeAndHasAllFilesAndNoOthers() throws IOException {
    Path target = directory.resolve("a/b");
    ReportDirectory.at(target).write(PlantedReports.suite());
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "index.html",
              "report.json",
              "samples.csv",
              "latency.csv",
              "histogram.csv",
              "arenas.csv",
              "arena-usage.csv");
    }
    assertThat(JsonReport.read(target.resolve("report.json"))).isEqualTo(PlantedReports.suite());
    assertThat(target.resolve("index.html")).content().startsWith("<!DOCTYPE html>");
  }

  @Test
  void aFileInItsPlaceIsRefusedBeforeTheRun() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "mine");
    assertThatThrownBy(() -> ReportDirectory.at(file)).hasMessage(file + ": is no directory");
    assertThatThrownBy(() -> ReportDirectory.at(file.resolve("below")))
        .hasMessageContaining("cannot be made");
    assertThat(file).hasContent("mine");
  }
}
