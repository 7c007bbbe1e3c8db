package dev.engram.arena.examples.recall;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecallTest {

  /** The definition of the third gloss, "abacus", in other words. */
  private static final String QUESTION = "a counting frame with beads";

  @TempDir private Path directory;

  private Instant now = Instant.ofEpochSecond(1_700_000_000);

  private record Outcome(int exitCode, List<String> out, List<String> err) {}

  @Test
  void theFirstRunMakesVectorsAndTheSecondFindsThem() throws IOException {
    Outcome first = run("--limit", "50", QUESTION);
    forgetRecalls();
    Outcome second = run("--limit", "50", QUESTION);

    assertThat(first.exitCode()).isZero();
    assertThat(first.out().getFirst())
        .matches("50 vectors, made in .* s and cached: .*50-.*\\.npy");
    assertThat(first.err()).anyMatch(line -> line.contains("50/50"));
    assertThat(second.exitCode()).isZero();
    assertThat(second.out().getFirst()).startsWith("50 vectors, from the cache: " + directory);
    assertThat(second.err()).isEmpty();
    assertThat(second.out().subList(1, 6)).isEqualTo(first.out().subList(1, 6));
  }

  @Test
  void theNearestDefinitionIsListedFirst() {
    Outcome outcome = run("--limit", "50", "--top", "3", QUESTION);

    assertThat(outcome.out()).hasSize(1 + 3 + 2);
    assertThat(outcome.out().get(1)).matches("  1  0\\.\\d{4}  abacus: a calculator.*");
    assertThat(outcome.out().subList(1, 4).stream().map(line -> line.substring(5, 11)))
        .isSortedAccordingTo(Comparator.reverseOrder());
  }

  @Test
  void theWordsOfAQuestionNeedNoQuotes() throws IOException {
    Outcome quoted = run("--limit", "50", QUESTION);
    forgetRecalls();
    Outcome unquoted =
        run(
            Stream.concat(Stream.of("--limit", "50"), Stream.of(QUESTION.split(" ")))
                .toArray(String[]::new));

    assertThat(unquoted.out().subList(1, 6)).isEqualTo(quoted.out().subList(1, 6));
  }

  @Test
  void anExplanationTellsWhatEachStepDid() {
    List<String> out = run("--limit", "50", "--top", "1", "--explain", QUESTION).out();

    assertThat(out.get(1)).matches("  1  0\\.\\d{4}  abacus: a calculator.*");
    assertThat(out.get(2)).matches(" {7}similarity  0\\.\\d{4}  rank 1");
    assertThat(out.get(3)).matches(" {7}spreading +\\+0\\.\\d{4}  rank 1 -> 1");
    assertThat(out.get(4)).matches(" {9}0\\.\\d{4}  hyponym of calculator: .*");
    assertThat(out.subList(5, out.size() - 2))
        .singleElement()
        .asString()
        .matches(" {7}recency +\\+0\\.0000  rank 1 -> 1; never recalled before");
  }

  @Test
  void whatWasListedIsStrongerTheNextDay() {
    double first = strengthOfFirst(run("--limit", "50", QUESTION));
    now = now.plus(Duration.ofDays(1));
    Outcome nextDay = run("--limit", "50", "--explain", QUESTION);

    assertThat(strengthOfFirst(nextDay) - first).isCloseTo(0.025, within(0.00011));
    assertThat(nextDay.out())
        .anyMatch(line -> line.matches(" +recency +\\+0\\.0250  rank 1 -> 1; recalled 1 d ago"));
  }

  @Test
  void damagedRecallTimesAreOneLine() throws IOException {
    Files.writeString(recallTimes(), "damaged");

    Outcome outcome = run("--limit", "5", QUESTION);

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .containsExactly(
            "recall: cannot read when things were recalled: line 1 of "
                + recallTimes()
                + " is not a time, a tab and a text; without the file it starts afresh");
  }

  @Test
  void theUseOfTheArenaIsReported() {
    assertThat(run("--limit", "50", QUESTION).out().getLast())
        .matches(
            "Arena: scopes \\d+, resets 2, overflows 0; at most [1-9][\\d,]* of 1,048,576 bytes in"
                + " use\\.");
  }

  @Test
  void withoutAQuestionTheVectorsAreOnlyPrepared() {
    Outcome outcome = run("--limit", "5");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).singleElement().asString().contains("5 vectors, made in");
  }

  @Test
  void aDamagedCacheIsMadeAgain() throws IOException {
    run("--limit", "5");
    Path file = cachedFile();
    byte[] sound = Files.readAllBytes(file);
    Files.writeString(file, "damaged");

    Outcome outcome = run("--limit", "5");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().getFirst())
        .startsWith("The cached vectors cannot be used (it has 7 bytes instead of ");
    assertThat(outcome.out().getLast()).contains("5 vectors, made in");
    assertThat(file).hasBinaryContent(sound);
  }

  @Test
  void anOutdatedCacheIsReplaced() throws IOException {
    Path outdated = directory.resolve("wn31-noun.artifact-5-all-minilm-l6-v2-q-00000000.npy");
    Files.writeString(outdated, "from another model");

    Outcome outcome = run("--limit", "5");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().getFirst()).contains("have changed").endsWith(outdated.toString());
    assertThat(cachedFile()).isNotEqualTo(outdated);
  }

  static Stream<List<String>> refusedCommandLines() {
    return Stream.of(
        List.of("--limit", "0", "x"),
        List.of("--limit", "-5", "x"),
        List.of("--top", "3000000000", "x"),
        List.of("--top", "many", "x"),
        List.of("--limit"),
        List.of("--loud", "x"),
        List.of(" "));
  }

  @ParameterizedTest
  @MethodSource("refusedCommandLines")
  void aUsageErrorIsOneLine(List<String> arguments) {
    Outcome outcome = run(arguments.toArray(String[]::new));

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).singleElement().asString().startsWith("recall: ");
  }

  @Test
  void helpNamesTheOptions() {
    Outcome outcome = run("--help");

    assertThat(outcome.exitCode()).isZero();
    assertThat(String.join("\n", outcome.out()))
        .contains("--limit", "--top", "--explain", "QUESTION", "Exit codes");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void aCacheDirectoryThatCannotBeMadeIsOneLine() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    Outcome outcome = runIn(file.resolve("cache"), "--limit", "5");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err())
        .singleElement()
        .asString()
        .startsWith("recall: cannot create the cache directory (XDG_CACHE_HOME names another)");
  }

  @Test
  void memoryThatRunsOutIsOneLine() {
    Outcome outcome = runWithOutputThatThrows(new OutOfMemoryError("Java heap space"));

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err().getLast())
        .isEqualTo("recall: out of memory: Java heap space; give a larger heap");
  }

  @Test
  void anErrorOfTheProgramIsAStackTrace() {
    Outcome outcome = runWithOutputThatThrows(new StackOverflowError("the program is broken"));

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err())
        .contains("java.lang.StackOverflowError: the program is broken")
        .last()
        .asString()
        .startsWith("\tat ");
  }

  private Path cachedFile() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".npy"))
          .reduce((one, other) -> {
            throw new AssertionError("There are two: " + one + " and " + other);
          })
          .orElseThrow();
    }
  }

  private Path recallTimes() {
    return directory.resolve("last-recalled.tsv");
  }

  private void forgetRecalls() throws IOException {
    Files.delete(recallTimes());
  }

  private static double strengthOfFirst(Outcome outcome) {
    return Double.parseDouble(outcome.out().get(1).substring(5, 11));
  }

  private Outcome run(String... arguments) {
    return runIn(directory, arguments);
  }

  private Outcome runWithOutputThatThrows(Error error) {
    OutputStream throwing =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw error;
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Recall.run(
            () -> now,
            directory,
            new PrintStream(throwing, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            "--limit",
            "5");
    return new Outcome(exitCode, List.of(), err.toString(UTF_8).lines().toList());
  }

  private Outcome runIn(Path cacheDirectory, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Recall.run(
            () -> now,
            cacheDirectory,
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            arguments);
    return new Outcome(
        exitCode, out.toString(UTF_8).lines().toList(), err.toString(UTF_8).lines().toList());
  }
}
