package dev.engram.arena.stress.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
  @TempDir private Path directory;

  @Test
  void anOldReportStandsUntilTheNewOneIsWhole() throws IOException {
    Path path = Files.writeString(directory.resolve("o.json"), "old");
    ReportFile file = ReportFile.at(path);
    assertThat(path).hasContent("old");
    file.write("new");
    assertThat(path).hasContent("new");
  }

  @Test
  void nothingElseIsLeftInTheDirectory() throws IOException {
    Path path = directory.resolve("o.json");
    ReportFile file = ReportFile.at(path);
    assertThat(directory).isEmptyDirectory();
    file.write("new");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void aReportThatCannotTakeItsPlaceLeavesNothingBehind() throws IOException {
    Path path = directory.resolve("o.json");
    ReportFile file = ReportFile.at(path);
    Files.createDirectories(path.resolve("in-the-way"));
    assertThatThrownBy(() -> file.write("new")).isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void aSymbolicLinkStaysALink() throws IOException {
    Path target = Files.writeString(directory.resolve("target.json"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link.json"), target);
    ReportFile.at(link).write("new");
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("new");
  }

  @Test
  @Timeout(20)
  void aPipeIsWrittenToAndNotReplaced() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    ReportFile file = ReportFile.at(pipe);
    try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
      Future<String> read = reader.submit(() -> Files.readString(pipe));
      file.write("new");
      assertThat(read.get()).isEqualTo("new");
    }
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void aDirectoryIsRefused() {
    assertThatThrownBy(() -> ReportFile.at(directory))
        .isInstanceOf(IOException.class)
        .hasMessage(directory + ": is a directory");
  }

  @Test
  void aMissingDirectoryIsRefused() {
    Path path = directory.resolve("missing").resolve("o.json");
    assertThatThrownBy(() -> ReportFile.at(path))
        .isInstanceOf(IOException.class)
        .hasMessage(path + ": there is no directory " + path.getParent());
  }
}
