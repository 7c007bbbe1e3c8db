package dev.engram.arena.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.scenario.CannotRunException;
import dev.engram.arena.stress.scenario.Invariant;
import dev.engram.arena.stress.scenario.Scenario;
import dev.engram.arena.stress.scenario.ScenarioResult;
import dev.engram.arena.stress.scenario.StressSettings;
import dev.engram.arena.stress.vectors.VectorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StressMainTest {
  @TempDir private Path directory;

  @BeforeEach
  @AfterEach
  void resetArenas() {
    System.clearProperty("engram.arena.size");
    System.clearProperty("engram.arena.overflow");
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(1 << 20)
            .overflow(OverflowStrategy.ERROR_RETURN)
            .build());
  }

  @Test
  void aRunThatHoldsPrintsATableAndEndsWithZero() {
    CommandRun run = CommandRun.inProcess("--threads", "2", "--iterations", "3", "--dim", "16");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("isolation, 2 threads × 3 iterations")
        .contains("16 floats × 100 candidates, seed 1")
        .contains("pool size        2 MiB (2,097,152 bytes), overflow error_return")
        .containsPattern("operations +6\n")
        .containsPattern("resets +6\n")
        .containsPattern("held +every score is right +600 scores")
        .contains("All 9 invariants held.");
    assertThat(run.errorLines()).containsSequence("preparing threads", "operations");
  }

  @Test
  void theReportHasEverythingTheTableHas() {
    JsonNode report = runForReport("--threads", "2", "--iterations", "3", "--candidates", "5");
    assertThat(report.get("scenario").asString()).isEqualTo("isolation");
    assertThat(report.get("held").asBoolean()).isTrue();
    assertThat(report.get("operations").asLong()).isEqualTo(6);
    assertThat(report.get("operationsPerSecond").asDouble()).isPositive();
    assertThat(report.get("elapsedSeconds").asDouble()).isPositive();
    JsonNode stats = report.get("stats");
    assertThat(stats.get("totalResets").asLong()).isEqualTo(6);
    assertThat(stats.get("totalOverflows").asLong()).isZero();
    assertThat(stats.get("maxHighWaterMarkBytes").asLong()).isBetween(1L, 2L << 20);
    for (var component : ArenaStats.class.getRecordComponents()) {
      assertThat(stats.has(component.getName())).as(component.getName()).isTrue();
    }
    assertThat(report.get("statsAtWork").get("liveArenas").asLong()).isGreaterThanOrEqualTo(2);
    assertThat(report.get("invariants").size()).isEqualTo(9);
    for (JsonNode invariant : report.get("invariants")) {
      assertThat(invariant.get("held").asBoolean()).isTrue();
      assertThat(invariant.get("name").asString()).isNotEmpty();
      assertThat(invariant.get("detail").asString()).isNotEmpty();
    }
    assertThat(report.get("environment").get("cpus").asInt()).isPositive();
    assertThat(report.get("environment").get("java").asString()).contains("25");
    assertThat(report.get("environment").get("os").asString()).isNotEmpty();
  }

  @Test
  void theReportSaysWhatTheSettingsWere() {
    JsonNode settings =
        runForReport(
                "--threads",
                "2",
                "--duration",
                "50ms",
                "--dim",
                "7",
                "--candidates",
                "5",
                "--pool-size",
                "128k",
                "--overflow",
                "fallback",
                "--seed",
                "9")
            .get("settings");
    assertThat(settings.get("threads").asInt()).isEqualTo(2);
    assertThat(settings.get("iterations").isNull()).isTrue();
    assertThat(settings.get("durationSeconds").asDouble()).isEqualTo(0.05);
    assertThat(settings.get("dimensions").asInt()).isEqualTo(7);
    assertThat(settings.get("candidates").asInt()).isEqualTo(5);
    assertThat(settings.get("poolSizeBytes").asLong()).isEqualTo(131_072);
    assertThat(settings.get("overflow").asString()).isEqualTo("FALLBACK");
    assertThat(settings.get("seed").asLong()).isEqualTo(9);
    assertThat(settings.get("vectors").isNull()).isTrue();
  }

  @Test
  void theOverflowScenarioCountsItsOverflows() {
    JsonNode report = runForReport("overflow", "--threads", "2", "--dim", "300000");
    assertThat(report.get("scenario").asString()).isEqualTo("overflow");
    assertThat(report.get("held").asBoolean()).isTrue();
    assertThat(report.get("operations").asLong()).isEqualTo(6);
    assertThat(report.get("stats").get("totalOverflows").asLong()).isEqualTo(6);
    assertThat(report.get("settings").get("poolSizeBytes").asLong()).isEqualTo(1 << 20);
    assertThat(report.get("settings").get("candidates").asInt()).isEqualTo(10);
  }

  @Test
  void aScenarioWithoutVectorsSaysNothingOfThem() {
    CommandRun run = CommandRun.inProcess("churn", "--threads=2", "--iterations=10");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("churn, 2 threads × 10 iterations", "256 KiB (262,144 bytes), overflow fallback")
        .doesNotContain("vectors");
    JsonNode settings = runForReport("churn", "--threads=2", "--iterations=10").get("settings");
    assertThat(settings.get("dimensions").isNull()).isTrue();
    assertThat(settings.get("candidates").isNull()).isTrue();
    assertThat(settings.get("maxTotalBytes").asLong()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void iterationsArePreferredToADefaultDuration() {
    JsonNode byDefault =
        runForReport("reconfigure", "--threads=2", "--iterations=20").get("settings");
    assertThat(byDefault.get("iterations").asLong()).isEqualTo(20);
    assertThat(byDefault.get("durationSeconds").isNull()).isTrue();
    JsonNode timed = runForReport("reconfigure", "--threads=2", "--duration=100ms").get("settings");
    assertThat(timed.get("iterations").isNull()).isTrue();
    assertThat(timed.get("durationSeconds").asDouble()).isEqualTo(0.1);
  }

  @Test
  void aScenarioMayBeGivenAsAnOption() {
    JsonNode report =
        runForReport("--workload", "mixed", "--threads", "2", "--iterations", "3", "--dim", "16");
    assertThat(report.get("scenario").asString()).isEqualTo("mixed");
    assertThat(report.get("held").asBoolean()).isTrue();
    assertThat(report.get("operations").asLong()).isEqualTo(6);
    assertThat(report.get("stats").get("totalResets").asLong()).isEqualTo(6);
    assertThat(report.get("stats").get("totalOverflows").asLong()).isZero();
    assertThat(report.get("stats").get("usedBytes").asLong()).isZero();
  }

  @Test
  void rowsOfAFileSetTheDimension() {
    Path file = directory.resolve("rows.npy");
    org.jetbrains.bio.npy.NpyFile.write(file, new float[] {1, 2, 3, 4, 5, 6}, new int[] {2, 3});
    JsonNode report =
        runForReport("--vectors", file.toString(), "--threads", "2", "--iterations", "2");
    assertThat(report.get("settings").get("dimensions").asInt()).isEqualTo(3);
    assertThat(report.get("settings").get("vectors").asString()).isEqualTo(file.toString());
  }

  @Test
  void aDimensionThatTheFileDoesNotHaveIsRefused() {
    Path file = directory.resolve("rows.npy");
    org.jetbrains.bio.npy.NpyFile.write(file, new float[] {1, 2, 3, 4, 5, 6}, new int[] {2, 3});
    assertRefused(
        "--dim is 4, but the vectors of " + file + " have 3 floats",
        "--vectors",
        file.toString(),
        "--dim",
        "4");
  }

  @Test
  void aBrokenInvariantIsNamedAndEndsWithOne() throws Exception {
    Path json = directory.resolve("o.json");
    CommandRun run =
        CommandRun.inProcess(
            List.of(
                scenario(() ->
                    result(
                        new Invariant("water is wet", true, "as ever"),
                        new Invariant("the moon is cheese", false, "0 holes")))),
            "--json",
            json.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .containsPattern("held +water is wet +as ever")
        .containsPattern("BROKEN +the moon is cheese +0 holes")
        .contains("1 of 2 invariants broke: the moon is cheese.");
    JsonNode report = JsonMapper.shared().readTree(Files.readString(json));
    assertThat(report.get("held").asBoolean()).isFalse();
    assertThat(report.get("invariants").get(1).get("held").asBoolean()).isFalse();
  }

  @Test
  void aRunThatJudgesNothingHasNotHeld() {
    assertThat(CommandRun.inProcess(List.of(scenario(() -> result()))).exitCode()).isEqualTo(1);
  }

  @Test
  void whatIsMissingOnThisMachineEndsWithThree() {
    CommandRun run =
        CommandRun.inProcess(
            List.of(
                scenario(() -> {
                  throw new CannotRunException("there is no memory");
                })));
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.errorLines()).containsExactly("stress: there is no memory");
  }

  @Test
  void aFailureOfTheRunnerEndsWithThreeAndItsStackTrace() {
    CommandRun run =
        CommandRun.inProcess(
            List.of(
                scenario(() -> {
                  throw new IllegalStateException("the runner is broken");
                })));
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("IllegalStateException: the runner is broken", "\tat ");
  }

  @Test
  void memoryThatRunsOutIsOneLineAndEndsWithThree() {
    CommandRun run =
        CommandRun.inProcess(
            List.of(
                scenario(() -> {
                  throw new OutOfMemoryError("Java heap space");
                })));
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.errorLines())
        .containsExactly("stress: out of memory: Java heap space; give less data or a larger heap");
  }

  @Test
  void anErrorOfTheRunnerEndsWithThreeAndItsStackTrace() {
    CommandRun run =
        CommandRun.inProcess(
            List.of(
                scenario(() -> {
                  throw new StackOverflowError("the runner is broken");
                })));
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("StackOverflowError: the runner is broken", "\tat ");
  }

  static Stream<Arguments> usageErrors() {
    return Stream.of(
        Arguments.of("Unknown option: '--foo'", new String[] {"--foo"}),
        Arguments.of(
            "there is no scenario \"banana\"; allowed are isolation, overflow, churn, reconfigure,"
                + " virtual, pressure, mixed, soak",
            new String[] {"banana"}),
        Arguments.of("there is no scenario \"banana\"", new String[] {"--workload=banana"}),
        Arguments.of(
            "the scenario is given twice, as \"churn\" and as --workload \"mixed\"",
            new String[] {"churn", "--workload", "mixed"}),
        Arguments.of("the kernels could overflow", new String[] {"mixed", "--pool-size=64k"}),
        Arguments.of("Unmatched argument", new String[] {"isolation", "overflow"}),
        Arguments.of("'--threads': 'x' is not an int", new String[] {"--threads", "x"}),
        Arguments.of("--threads is 0; allowed is 1 or more", new String[] {"--threads=0"}),
        Arguments.of("--iterations is -1;", new String[] {"--iterations=-1"}),
        Arguments.of("--candidates is 0;", new String[] {"--candidates=0"}),
        Arguments.of("--dim is 0;", new String[] {"--dim=0"}),
        Arguments.of("--duration is \"5\";", new String[] {"--duration=5"}),
        Arguments.of("--duration is \"0s\";", new String[] {"--duration=0s"}),
        Arguments.of("--pool-size: poolSize is \"2 m\"", new String[] {"--pool-size=2 m"}),
        Arguments.of("--pool-size: poolSize is \"1k\"", new String[] {"--pool-size=1k"}),
        Arguments.of("--overflow: overflow strategy is \"x\"", new String[] {"--overflow=x"}),
        Arguments.of("nothing would overflow", new String[] {"overflow", "--dim=10"}),
        Arguments.of(
            "every operation would overflow", new String[] {"--pool-size=64k", "--dim=20000"}),
        Arguments.of(
            "engram.arena.max_fallback (ENGRAM_ARENA_MAX_FALLBACK) is 1,073,741,824 bytes",
            new String[] {"overflow", "--overflow=fallback", "--threads=200"}),
        Arguments.of("churn compares no vectors;", new String[] {"churn", "--dim=8"}),
        Arguments.of(
            "reconfigure compares no vectors;", new String[] {"reconfigure", "--candidates=8"}),
        Arguments.of(
            "give --overflow error or fallback", new String[] {"churn", "--overflow=panic"}),
        Arguments.of(
            "give --overflow error or fallback", new String[] {"reconfigure", "--overflow=panic"}),
        Arguments.of(
            "a kernel would overflow inside a scope", new String[] {"virtual", "--dim=20000"}),
        Arguments.of("give --overflow fallback", new String[] {"pressure", "--overflow=error"}),
        Arguments.of("give --duration, of 1s or more", new String[] {"soak", "--iterations=3"}),
        Arguments.of("give --duration, of 1s or more", new String[] {"soak", "--duration=900ms"}),
        Arguments.of("the kernels could overflow", new String[] {"soak", "--pool-size=64k"}),
        Arguments.of(
            "give --overflow error or fallback", new String[] {"soak", "--overflow=panic"}),
        Arguments.of(
            "--duration is \"5s\"; allowed for 9 runs is 23s or more",
            new String[] {"suite", "--duration=5s"}),
        Arguments.of("--duration is \"x\"; allowed is", new String[] {"suite", "--duration=x"}),
        Arguments.of("Unknown option: '--threads=3'", new String[] {"suite", "--threads=3"}),
        Arguments.of("--report: /dev/null: is no directory", new String[] {"--report=/dev/null"}),
        Arguments.of(
            "--compare: /missing.json: there is no", new String[] {"--compare=/missing.json"}),
        Arguments.of(
            "--compare: /missing.json: there is no",
            new String[] {"suite", "--compare=/missing.json"}),
        Arguments.of(
            "--json: /missing/o.json: there is no", new String[] {"--json=/missing/o.json"}),
        Arguments.of(
            "--vectors: /missing.npy: there is no", new String[] {"--vectors=/missing.npy"}));
  }

  @ParameterizedTest
  @MethodSource("usageErrors")
  void aUsageErrorIsOneLineAndEndsWithTwo(String message, String[] args) {
    assertRefused(message, args);
  }

  @Test
  void anOptionIsPreferredToASystemProperty() {
    System.setProperty("engram.arena.size", "banana");
    JsonNode report = runForReport("--pool-size", "64k", "--threads", "1", "--iterations", "1");
    assertThat(report.get("settings").get("poolSizeBytes").asLong()).isEqualTo(65_536);
  }

  @Test
  void aSystemPropertyIsPreferredToTheDefault() {
    System.setProperty("engram.arena.size", "3m");
    System.setProperty("engram.arena.overflow", "fallback");
    JsonNode settings = runForReport("--threads", "1", "--iterations", "1").get("settings");
    assertThat(settings.get("poolSizeBytes").asLong()).isEqualTo(3 << 20);
    assertThat(settings.get("overflow").asString()).isEqualTo("FALLBACK");
  }

  @Test
  void aMalformedSystemPropertyIsNamed() {
    System.setProperty("engram.arena.overflow", "banana");
    assertRefused("engram.arena.overflow is \"banana\"; allowed are panic, error");
  }

  @Test
  void helpNamesOptionsScenariosDefaultsAndExitCodes() {
    CommandRun run = CommandRun.inProcess("--help");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains(
            "--workload",
            "--threads",
            "--iterations",
            "--duration",
            "--dim",
            "--candidates",
            "--pool-size",
            "--overflow",
            "--seed",
            "--vectors",
            "--json",
            "--report",
            "--compare",
            "--help",
            "--version")
        .contains(
            "isolation:",
            "overflow:",
            "churn:",
            "reconfigure:",
            "virtual:",
            "pressure:",
            "mixed:",
            "soak:",
            "suite")
        .contains("--threads 32 --iterations 100 --dim 768")
        .contains("--threads 32 --duration 5s --pool-size 1048576 --overflow error")
        .contains("all invariants held", "an invariant broke");
  }

  @Test
  void versionIsThatOfTheBuild() {
    CommandRun run = CommandRun.inProcess("--version");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).containsPattern("^Engram Arena stress runner \\d+\\.\\d+\\.\\d+");
  }

  private JsonNode runForReport(String... args) {
    Path json = directory.resolve("o.json");
    CommandRun run =
        CommandRun.inProcess(
            Stream.concat(Stream.of("--json", json.toString()), Stream.of(args))
                .toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return JsonMapper.shared().readTree(json);
  }

  private static void assertRefused(String message, String... args) {
    CommandRun run = CommandRun.inProcess(args);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.errorLines())
        .singleElement()
        .asString()
        .startsWith("stress: ")
        .contains(message)
        .endsWith("(--help lists the options)");
  }

  private static ScenarioResult result(Invariant... invariants) {
    ArenaStats stats = ArenaControl.stats();
    return new ScenarioResult(1, Duration.ofSeconds(1), stats, stats, List.of(invariants));
  }

  private static Scenario scenario(Supplier<ScenarioResult> run) {
    return new Scenario() {
      @Override
      public String name() {
        return "made up";
      }

      @Override
      public String description() {
        return "Comes to what a test wants.";
      }

      @Override
      public Defaults defaults() {
        return new Defaults(1, 1, 1, 1, 64 << 10);
      }

      @Override
      public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress) {
        return run.get();
      }
    };
  }
}
