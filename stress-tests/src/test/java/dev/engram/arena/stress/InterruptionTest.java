package dev.engram.arena.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.RunReport;
import dev.engram.arena.stress.report.SuiteReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ctrl-C, in a JVM of its own. */
@Timeout(180)
class InterruptionTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"isolation", "churn", "virtual", "pressure", "mixed", "soak"})
  void aRunEndsWithItsReportSoFar(String scenario) throws Exception {
    Process process = start(scenario, "--threads=8", "--duration=10m", report());
    awaitOnStandardError("operations");
    // Some operations later.
    Thread.sleep(500);
    signal(process, "INT");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(read("out")).contains("Interrupted");
    assertThat(read("err")).contains("stress: interrupted; the run is coming to its end");
    SuiteReport report = JsonReport.read(directory.resolve("page/report.json"));
    RunReport run = Objects.requireNonNull(report.runs().getFirst().report());
    assertThat(run.interrupted()).isTrue();
    assertThat(run.broken()).isEmpty();
    assertThat(run.invariants()).isNotEmpty();
    assertThat(run.operations()).isPositive();
    Recorded recorded = Objects.requireNonNull(run.recorded());
    assertThat(recorded.latency().count()).isPositive();
    assertThat(Jsoup.parse(read("page/index.html")).expectFirst("section .verdict").text())
        .isEqualTo("interrupted");
    assertNoDraftIsLeft();
  }

  @Test
  void aRequestToEndHasItsOwnExitCode() throws Exception {
    Process process = start("isolation", "--threads=2", "--duration=10m", report());
    awaitOnStandardError("operations");
    signal(process, "TERM");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(directory.resolve("page/index.html")).content().contains("interrupted");
  }

  @Test
  void aSuiteEndsWithTheRunsSoFar() throws Exception {
    Process process = start("suite", "--duration=60s", report());
    // What the second run says itself: its JVM is up.
    awaitOnStandardError("\\[2/9] overflow-error[^\\[]*operations");
    signal(process, "INT");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
    SuiteReport suite = JsonReport.read(directory.resolve("page/report.json"));
    assertThat(suite.interrupted()).isTrue();
    assertThat(suite.held()).isFalse();
    assertThat(suite.runs())
        .extracting(SuiteReport.Entry::name)
        .containsExactly("isolation", "overflow-error");
    assertThat(suite.runs().getFirst().held()).isTrue();
    assertThat(suite.runs().getLast().exitCode()).isEqualTo(143);
    assertThat(process.descendants()).isEmpty();
    assertThat(read("out")).contains("Interrupted after");
    assertNoDraftIsLeft();
  }

  private String report() {
    return "--report=" + directory.resolve("page");
  }

  /** A shell in the background has its children ignore the signal of Ctrl-C. */
  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StressMain.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private void awaitOnStandardError(String pattern) {
    await()
        .atMost(Duration.ofSeconds(100))
        .untilAsserted(() -> assertThat(read("err")).containsPattern(pattern));
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, process.pid() + "").start().waitFor())
        .isZero();
  }

  private String read(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  private void assertNoDraftIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("page"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("."));
    }
  }
}
