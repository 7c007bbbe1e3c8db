package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.internal.LogMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/messages.md} has each message that is logged, in a block of its own, and no other.
 */
class LogMessageTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK = Pattern.compile("(?s)```text\n(.*?)```");

  @Test
  void eachMessageIsDocumentedAndNoOther() throws IOException {
    List<String> documented =
        BLOCK
            .matcher(Files.readString(ROOT.resolve("docs/messages.md")))
            .results()
            .map((MatchResult block) -> block.group(1).strip().replace('\n', ' '))
            .toList();
    assertThat(documented)
        .containsExactly(
            Stream.of(LogMessage.values())
                .map(LogMessageTest::withoutPlaces)
                .toArray(String[]::new));
  }

  /** A number is N in the document, and a text is three dots. */
  private static String withoutPlaces(LogMessage message) {
    return message.format().replace("%d", "N").replace("%s", "...");
  }

  @Test
  void nothingElseIsLogged() throws IOException {
    assertThat(sourcesWith("getLogger(")).containsExactly("RateLimitedWarning.java");
    // Those that warn have their messages from here.
    assertThat(sourcesWith("warning.happened("))
        .containsExactlyElementsOf(sourcesWith("LogMessage."));
  }

  private static List<String> sourcesWith(String text) throws IOException {
    try (Stream<Path> modules = Stream.of("api", "bindings").map(ROOT::resolve)) {
      return modules
          .flatMap(module -> javaSources(module.resolve("src/main/java")))
          .filter(file -> contentOf(file).contains(text))
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private static Stream<Path> javaSources(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String contentOf(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
