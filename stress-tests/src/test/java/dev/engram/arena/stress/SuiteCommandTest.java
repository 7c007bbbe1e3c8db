package dev.engram.arena.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.progress.Stop;
import dev.engram.arena.stress.recording.Recorded;
import dev.engram.arena.stress.report.JsonReport;
import dev.engram.arena.stress.report.RunReport;
import dev.engram.arena.stress.report.SuiteReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A suite of a few runs, each in its own JVM. */
@Timeout(120)
class SuiteCommandTest {
  @TempDir private Path directory;

  @Test
  void runsOfASuiteAreReportedTogether() throws Exception {
    Path page = directory.resolve("page");
    Path json = directory.resolve("suite.json");
    CommandRun run =
        run(
            List.of(plan("isolation"), plan("overflow", "--overflow=fallback", "--dim=300000")),
            "--duration=6s",
            "--seed=3",
            "--report=" + page,
            "--json=" + json);
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .containsPattern("isolation +held +9/9 ")
        .containsPattern("overflow +held +7/7 ")
        .contains("All 2 runs held, in ");
    assertThat(run.errorLines())
        .anyMatch(line -> line.startsWith("[1/2] isolation for "))
        .anyMatch(line -> line.startsWith("[2/2] overflow for "));
    SuiteReport report = JsonReport.read(json);
    assertThat(report).isEqualTo(JsonReport.read(page.resolve("report.json")));
    assertThat(report.held()).isTrue();
    assertThat(report.budgetSeconds()).isEqualTo(6);
    for (SuiteReport.Entry entry : report.runs()) {
      RunReport single = Objects.requireNonNull(entry.report());
      assertThat(single.settings().seed()).isEqualTo(3);
      assertThat(single.settings().durationSeconds()).isBetween(1.0, 6.0);
      Recorded recorded = Objects.requireNonNull(single.recorded());
      assertThat(recorded.latency().count()).isEqualTo(single.operations());
      assertThat(recorded.samples().getLast().operations()).isEqualTo(single.operations());
    }
    assertThat(Jsoup.parse(page.resolve("index.html").toFile()).select("section")).hasSize(2);
  }

  @Test
  void withoutAReportNothingIsRecordedAndRatiosCanBeHadLater() throws Exception {
    Path json = directory.resolve("old.json");
    assertThat(run(List.of(plan("isolation")), "--duration=3s", "--json=" + json).exitCode())
        .isZero();
    SuiteReport old = JsonReport.read(json);
    assertThat(Objects.requireNonNull(old.runs().getFirst().report()).recorded()).isNull();
    CommandRun compared = run(List.of(plan("isolation")), "--duration=3s", "--compare=" + json);
    assertThat(compared.exitCode()).isZero();
    assertThat(compared.out())
        .contains("new / old")
        .containsPattern("isolation +\\d+\\.\\d\\d +– ");
  }

  @Test
  void aRunThatCannotBeMadeEndsTheSuite() {
    CommandRun run = run(List.of(plan("isolation", "--threads=0"), plan("churn")), "--duration=6s");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("the suite has ended with isolation").doesNotContain("[2/2]");
  }

  @Test
  void aRunThatCrashesIsNamedAndTheOthersGoOn() {
    // A heap that is too small ends one of them.
    CommandRun run =
        run(
            List.of(plan("isolation", "--candidates=2000000000"), plan("churn", "--threads=2")),
            "--duration=6s");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .contains("isolation          no result, exit code 3")
        .containsPattern("churn +held")
        .contains("These did not hold: isolation.");
  }

  /**
   * A JVM that is asked to end ends with 1 at some moments of its start, and with 143 at others.
   */
  @Test
  void aRunHasBrokenUnlessItWasInterruptedAndLeavesNoReport() {
    assertThat(SuiteCommand.verdict(1, false, true)).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(SuiteCommand.verdict(1, false, false)).isEqualTo(ExitCode.BROKEN);
    assertThat(SuiteCommand.verdict(1, true, true)).isEqualTo(ExitCode.BROKEN);
    assertThat(SuiteCommand.verdict(3, false, true)).isEqualTo(3);
    assertThat(SuiteCommand.verdict(143, false, true)).isEqualTo(143);
    assertThat(SuiteCommand.verdict(0, true, true)).isZero();
  }

  /** At moments of its start that differ, as far as the machine's speed lets them. */
  @ParameterizedTest
  @ValueSource(ints = {0, 10, 15, 20, 25, 30, 35, 40, 50, 70})
  void aRunThatIsInterruptedWhileItStartsHasNotBroken(int delayMillis) throws Exception {
    Path json = directory.resolve("suite.json");
    Stop stop = new Stop();
    CompletableFuture<Void> requested =
        CompletableFuture.runAsync(
            stop::request, CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS));
    CommandRun run =
        run(stop, List.of(plan("isolation"), plan("churn")), "--duration=6s", "--json=" + json);
    requested.join();
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.INTERRUPTED);
    SuiteReport report = JsonReport.read(json);
    assertThat(report.interrupted()).isTrue();
    assertThat(report.runs()).hasSize(1);
    assertThat(report.runs().getFirst().exitCode()).isIn(ExitCode.INTERRUPTED, 143);
  }

  private static SuitePlan plan(String scenario, String... options) {
    List<String> arguments = new ArrayList<>(List.of(scenario));
    arguments.addAll(List.of(options));
    return new SuitePlan(scenario, arguments, 1);
  }

  private static CommandRun run(List<SuitePlan> plans, String... arguments) {
    return run(new Stop(), plans, arguments);
  }

  private static CommandRun run(Stop stop, List<SuitePlan> plans, String... arguments) {
    return CommandRun.capture(terminal ->
        new CommandLine(new SuiteCommand(terminal, stop, plans))
            .setExecutionExceptionHandler((e, command, result) -> StressMain.explain(terminal, e))
            .execute(arguments));
  }
}
