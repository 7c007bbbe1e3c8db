package dev.engram.arena.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;

/**
 * Every jcstress test, and for each a control: the same with something broken on purpose, whose
 * forbidden outcome must be seen, or else the test could not see it either. The control of a race
 * has its name and {@code Control}; those of protocols, whose outcomes are rare, name theirs and
 * run in full only.
 */
class JcstressTest {
  private static final String CONTROL = "Control";
  private static final String RACES = ".races.";
  private static final String TELLS_NOTHING = "NOTHING";
  private static final Path FOLDER = Path.of("target", "jcstress");

  private static final Pattern NEED_MEMBARRIER = Pattern.compile("(DepthThen|ThenDepth)");

  private static Map<String, List<TestResult>> results = Map.of();

  @BeforeAll
  static void runAll() throws Exception {
    List<String> names =
        JcstressRun.testNames().stream()
            .filter(name -> Effort.FULL || !isControl(name) || isRace(name))
            .filter(name -> obstacle(name).isEmpty())
            .toList();
    if (!names.isEmpty()) {
      results = JcstressRun.run(names, FOLDER);
    }
  }

  @TestFactory
  Stream<DynamicTest> noForbiddenOutcome() {
    return tests(name -> !isControl(name), JcstressTest::assertPassed);
  }

  @TestFactory
  Stream<DynamicTest> theForbiddenOutcomeOfEachRacesControlIsSeen() {
    return tests(name -> isControl(name) && isRace(name), JcstressTest::assertSeen);
  }

  @TestFactory
  @EnabledIfSystemProperty(named = "engram.full", matches = "true")
  Stream<DynamicTest> theForbiddenOutcomeOfEachProtocolsControlIsSeen() {
    return tests(name -> isControl(name) && !isRace(name), JcstressTest::assertSeen);
  }

  @Test
  void everyRaceHasAControl() {
    List<String> races = JcstressRun.testNames().stream().filter(JcstressTest::isRace).toList();
    assertThat(races)
        .isNotEmpty()
        .filteredOn(name -> !isControl(name))
        .allSatisfy(name -> assertThat(races).contains(name + CONTROL));
  }

  private static Stream<DynamicTest> tests(
      Predicate<String> filter, Consumer<List<TestResult>> assertion) {
    return JcstressRun.testNames().stream()
        .filter(filter)
        .map(name ->
            dynamicTest(
                name.substring(name.lastIndexOf('.') + 1),
                () -> {
                  Optional<String> obstacle = obstacle(name);
                  assumeTrue(obstacle.isEmpty(), () -> obstacle.orElseThrow());
                  assertion.accept(resultsOf(name));
                }));
  }

  private static boolean isRace(String name) {
    return name.contains(RACES);
  }

  private static boolean isControl(String name) {
    return name.endsWith(CONTROL);
  }

  /** Why a test cannot be run here. */
  private static Optional<String> obstacle(String name) {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      return Optional.of("two actors need two processors");
    }
    if (NEED_MEMBARRIER.matcher(name).find() && !Membarrier.isAvailable()) {
      return Optional.of("this system does not allow membarrier");
    }
    return Optional.empty();
  }

  private static List<TestResult> resultsOf(String name) {
    return results.getOrDefault(name, List.of());
  }

  private static void assertPassed(List<TestResult> results) {
    assertThat(results)
        .isNotEmpty()
        .allSatisfy(result -> {
          assertThat(result.status()).as(() -> log(result)).isEqualTo(Status.NORMAL);
          assertThat(result.grading().failureMessages).isEmpty();
          assertThat(result.grading().isPassed).isTrue();
        });
    assertThat(count(results, outcome -> !outcome.id.equals(TELLS_NOTHING))).isPositive();
  }

  private static void assertSeen(List<TestResult> results) {
    assertThat(results)
        .allSatisfy(r -> assertThat(r.status()).as(() -> log(r)).isEqualTo(Status.NORMAL));
    assertThat(count(results, outcome -> outcome.expect == Expect.FORBIDDEN)).isPositive();
  }

  private static long count(List<TestResult> results, Predicate<GradingResult> filter) {
    return results.stream()
        .flatMap(result -> result.grading().gradingResults.values().stream())
        .filter(filter)
        .mapToLong(outcome -> outcome.count)
        .sum();
  }

  private static String log(TestResult result) {
    return String.join("\n", result.getMessages())
        + String.join("\n", result.getVmOut())
        + String.join("\n", result.getVmErr());
  }
}
