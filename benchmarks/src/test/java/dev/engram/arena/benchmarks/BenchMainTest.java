package dev.engram.arena.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.benchmarks.alloc.MimallocLibrary;
import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.gate.GateEffort;
import dev.engram.arena.benchmarks.measure.Effort;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchMainTest {
  /** As short as can be, and in this JVM but for the sweep. */
  private static final Effort TINY =
      new Effort(
          1,
          false,
          0,
          Duration.ofMillis(1),
          1,
          Duration.ofMillis(1),
          List.of(1, 2),
          Duration.ofMillis(200),
          Duration.ofMillis(100));

  /** Six forks in all are enough to tell a regression. */
  private static final GateEffort TINY_GATE =
      new GateEffort(2, 5, Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(5));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path directory;

  /** What is measured here means nothing, so another run on this machine may be. */
  @BeforeAll
  static void ignoreOtherRuns() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @AfterEach
  void forgetMimalloc() {
    System.clearProperty(MimallocLibrary.PATH_PROPERTY);
  }

  @Test
  void allocMeasuresEveryVariantAndWritesWhatItPrints() {
    Path json = directory.resolve("alloc.json");
    assertThat(run("alloc", "--quick", "--json", json.toString())).as(err::toString).isZero();
    assertThat(text(out))
        .contains("times faster than Arena.ofConfined", "floors are missed", "cpu  ")
        .contains("million operations");
    assertThat(text(err)).containsPattern("0 of \\d+, 0 s: scope, escaping, 1 segments");
    Path chart = directory.resolve("charts/alloc.svg");
    assertThat(run("chart", json.toString(), chart.toString())).as(err::toString).isZero();
    assertThat(chart).content().contains("<svg", "times faster than Arena.ofConfined, escaping");
    JsonNode root = JsonMapper.shared().readTree(json);
    for (JsonNode operation : root.get("operations")) {
      Variant variant = Variant.valueOf(operation.get("variant").asString());
      if (variant.canRunHere()) {
        assertThat(operation.get("medianNanos").asDouble()).as(variant.title()).isPositive();
      }
    }
    for (JsonNode point : root.get("sweep")) {
      assertThat(point.get("medianOperationsPerSecond").asDouble()).isPositive();
    }
  }

  @Test
  void jfrMeasuresAScopeInEachStateOfTheRecorder() {
    Path json = directory.resolve("jfr.json");
    assertThat(run("jfr", "--quick", "--json", json.toString())).as(err::toString).isZero();
    assertThat(text(out)).contains("time with no recording over that without jdk.jfr");
    JsonNode root = JsonMapper.shared().readTree(json);
    assertThat(root.get("operations").valueStream().map(o -> o.get("variant").asString()))
        .contains("SCOPE_LOCAL")
        .containsAll(Variant.OF_RECORDER.stream().map(Variant::name).toList());
    for (JsonNode operation : root.get("operations")) {
      assertThat(operation.get("medianNanos").asDouble()).isPositive();
    }
    for (JsonNode figure : root.get("figures")) {
      assertThat(figure.get("measured").isNull()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosine", "spread", "decay"})
  void eachKernelIsMeasuredBesideItsPeers(String kernel) {
    Path json = directory.resolve(kernel + ".json");
    assertThat(run(kernel, "--quick", "--json", json.toString())).as(err::toString).isZero();
    assertThat(text(out))
        .contains("floors are missed", "µs per operation")
        .containsPattern("lucene +lucene-core-.*Panama")
        .containsPattern("kernels +(X86_64_V|NEON)");
    JsonNode root = JsonMapper.shared().readTree(json);
    assertThat(root.get("benchmark").asString()).isEqualTo(kernel);
    assertThat(root.get("operations")).isNotEmpty();
    for (JsonNode operation : root.get("operations")) {
      boolean forced = operation.get("title").asString().contains("forced");
      if (!forced || !operation.get("medianNanos").isNull()) {
        assertThat(operation.get("medianNanos").asDouble()).isPositive();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "banana",
        "alloc --banana",
        "alloc --json /missing/o.json",
        "alloc --mimalloc /missing/libmimalloc.so",
        "chart",
        "chart /missing/alloc.json alloc.svg",
        "chart pom.xml pom.svg",
        "check --baseline /missing/b.json",
        "check --baseline b.json --only BANANA",
        "check --baseline b.json --slow-down 0.5",
        "check --baseline b.json --kernels-level v5",
        "check --baseline b.json --record --slow-down 2",
        "check --baseline b.json --record --kernels-level v2"
      })
  void aUsageErrorIsOneLineAndEndsWithTwo(String arguments) {
    assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1))).isEqualTo(2);
    assertThat(text(out)).isEmpty();
    assertThat(text(err).lines()).singleElement().asString().startsWith("bench: ");
  }

  @Test
  void helpNamesTheBenchmarksAndTheirOptions() {
    assertThat(run("--help")).isZero();
    assertThat(text(out)).contains("alloc", "jfr", "cosine", "spread", "decay", "check", "native");
    assertThat(run("alloc", "--help")).isZero();
    assertThat(text(out)).contains("--quick", "--json", "--mimalloc", "Exit codes");
  }

  private int run(String... args) {
    return BenchMain.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        TINY,
        TINY,
        TINY_GATE,
        args);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
