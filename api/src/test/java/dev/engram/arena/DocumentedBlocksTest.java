package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every block of the documents is of a kind that something compiles, runs or compares, and links
 * lead somewhere.
 */
class DocumentedBlocksTest {
  /** Java by a test here, all others by .ci/check-docs. */
  private static final Set<String> CHECKED = Set.of("java", "xml", "sh", "jshell");

  /** Where what is printed or thrown is compared with the code. */
  private static final Set<String> WITH_TEXT = Set.of("README.md", "messages.md", "operations.md");

  /** Within the project, to a file. */
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @ParameterizedTest
  @MethodSource("dev.engram.arena.Documents#blocks()")
  void eachBlockSaysWhatItIs(Documents.Block block) {
    if (block.language().equals("text")) {
      assertThat(WITH_TEXT).contains(block.file().getFileName().toString());
    } else {
      assertThat(CHECKED).contains(block.language());
    }
  }

  @ParameterizedTest
  @MethodSource("dev.engram.arena.Documents#files()")
  void whatIsLinkedOrShownIsThere(Path file) {
    assertThat(LINK.matcher(Documents.text(file)).results().map(link -> link.group(1)))
        .allSatisfy(link -> assertThat(file.resolveSibling(link)).exists());
  }
}
