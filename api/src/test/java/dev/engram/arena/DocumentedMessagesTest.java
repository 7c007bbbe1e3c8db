package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The exceptions that {@code docs/operations.md} explains have the words that it says. */
class DocumentedMessagesTest {
  /** The ends of what stands in the code in one piece: numbers, names, sentences. */
  private static final Pattern ENDS = Pattern.compile("\\bN\\b|\\.\\.\\.|(?<=\\.) |\"");

  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  private static String sources = "";

  @BeforeAll
  static void readSources() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String module : List.of("api", "bindings")) {
      try (Stream<Path> files =
          Files.walk(Documents.root().resolve(module).resolve("src/main/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .map(Documents::text)
            .map(DocumentedMessagesTest::joined)
            .forEach(all::append);
      }
    }
    sources = all.toString();
  }

  /** The code with the literals that it adds to one another made one. */
  private static String joined(String code) {
    return code.replaceAll("\"\\s*\\+\\s*\"", "");
  }

  @ParameterizedTest
  @MethodSource
  void eachExceptionIsWordedAsTheGuideSays(String message) {
    List<String> pieces =
        ENDS.splitAsStream(message).map(String::strip).filter(piece -> isWorded(piece)).toList();
    assertThat(pieces)
        .isNotEmpty()
        .allSatisfy(piece -> assertThat(sources.contains(piece)).as(piece).isTrue());
  }

  static Stream<String> eachExceptionIsWordedAsTheGuideSays() {
    return Documents.blocks("text").stream()
        .filter(block -> block.file().endsWith("operations.md"))
        .map(block -> block.text().strip().replace('\n', ' '));
  }

  /** Two words at least. */
  private static boolean isWorded(String piece) {
    return piece.matches(".*\\p{L}{2,}\\W+\\p{L}{2,}.*");
  }

  @Test
  void theGuideHasWhateverAnOverflowCanSay() {
    String failures =
        joined(
            Documents.text(
                Documents.root().resolve("api/src/main/java/dev/engram/arena/NativeFailure.java")));
    String guide = Documents.operations().replace('\n', ' ');
    List<String> pieces =
        LITERAL
            .matcher(failures)
            .results()
            .map((MatchResult literal) -> literal.group(1))
            .flatMap(Pattern.compile("%[sd]|\\\\.")::splitAsStream)
            .map(String::strip)
            .filter(DocumentedMessagesTest::isWorded)
            .toList();
    assertThat(pieces)
        .hasSizeGreaterThan(10)
        .allSatisfy(piece -> assertThat(guide.contains(piece)).as(piece).isTrue());
  }

  @Test
  void theGuideHasTheWordsOfTheLoader() {
    assertThat(Documents.table(Documents.operations(), "it says"))
        .hasSizeGreaterThan(5)
        .allSatisfy(row -> {
          String words = row.getFirst().replace("`", "");
          assertThat(sources.contains(words)).as(words).isTrue();
        });
  }
}
