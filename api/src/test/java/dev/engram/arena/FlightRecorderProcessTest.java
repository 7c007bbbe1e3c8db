package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What depends on the options of the JVM. */
class FlightRecorderProcessTest {
  private static final int SCOPES = FlightRecorderProgram.SCOPES + 1;

  @TempDir private Path directory;

  @Test
  void theLibraryWorksWithoutTheRecorder() throws Exception {
    assertThat(
            ChildJvm.run(
                directory, List.of("--limit-modules", "java.base"), FlightRecorderProgram.class))
        .contains("recorder false, scopes " + SCOPES);
  }

  @Test
  void theRecorderIsNotSwitchedOnByTheLibrary() throws Exception {
    String printed =
        ChildJvm.run(directory, List.of("-Xlog:class+load"), FlightRecorderProgram.class);
    // The control: this class is loaded where the recorder is there.
    assertThat(printed)
        .contains("recorder true", "dev.engram.arena.internal.jfr.FlightRecorderEvents");
    assertThat(printed).doesNotContain("StatisticsEvent", "ScopeEvent", "OverflowEvent");
  }

  @Test
  void aRecordingOfAWholeRunEndsWithItsTotals() throws Exception {
    Path file = directory.resolve("run.jfr");
    ChildJvm.run(
        directory,
        List.of("-XX:StartFlightRecording:settings=profile,filename=" + file),
        FlightRecorderProgram.class);
    String statistics = print("dev.engram.arena.Statistics", file);
    assertThat(lastOf("totalScopes", statistics)).isEqualTo(SCOPES);
    assertThat(lastOf("overflowErrors", statistics)).isEqualTo(FlightRecorderProgram.OVERFLOWS);
    assertThat(lastOf("totalResets", statistics))
        .isEqualTo(SCOPES - FlightRecorderProgram.OVERFLOWS);
    assertThat(
            Pattern.compile("\"requestedBytes\": 2097152")
                .matcher(print("dev.engram.arena.Overflow", file))
                .results())
        .hasSize(FlightRecorderProgram.OVERFLOWS);
  }

  @Test
  void aRecorderThatWasNeverSwitchedOnKeepsNoClassLoader() throws Exception {
    assertThat(ChildJvm.run(directory, List.of(), ClassLoaderProgram.class))
        .contains("used in URLClassLoader", "collected true", "recorder []");
  }

  private static String print(String event, Path file) throws Exception {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jfr");
    Process process =
        new ProcessBuilder(tool.toString(), "print", "--json", "--events", event, file.toString())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }

  private static long lastOf(String field, String printed) {
    return Pattern.compile("\"" + field + "\": (\\d+)")
        .matcher(printed)
        .results()
        .reduce((first, second) -> second)
        .map((MatchResult found) -> Long.parseLong(found.group(1)))
        .orElseThrow(() -> new AssertionError(printed));
  }
}
