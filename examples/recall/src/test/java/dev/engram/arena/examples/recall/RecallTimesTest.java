package dev.engram.arena.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecallTimesTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final List<String> TEXTS = List.of("cup: a container", "hat: a headdress");

  @TempDir private Path directory;

  @Test
  void whatIsNotInTheFileWasNeverRecalled() throws IOException {
    assertThat(ages(NOW))
        .containsExactly(AssociativeMemory.NEVER_RECALLED, AssociativeMemory.NEVER_RECALLED);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void theAgeIsTheTimeSinceTheLastRecall() throws IOException {
    RecallTimes.load(directory).recalled(TEXTS, NOW.minusSeconds(100));
    RecallTimes.load(directory).recalled(List.of(TEXTS.get(1)), NOW.minusSeconds(7));

    assertThat(ages(NOW)).containsExactly(100, 7);
  }

  @Test
  void aTimeInTheFutureIsNow() throws IOException {
    RecallTimes.load(directory).recalled(TEXTS, NOW.plusSeconds(60));

    assertThat(ages(NOW)).containsExactly(0, 0);
  }

  @Test
  void theFileIsTimesAndTexts() throws IOException {
    RecallTimes.load(directory).recalled(TEXTS, NOW);

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file());
    }
    assertThat(file()).hasContent("1700000000\tcup: a container\n1700000000\that: a headdress\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday\thatt", "1700000000", "\ttext", "1e9\ttext"})
  void aLineOfAnotherKindIsRefused(String line) throws IOException {
    Files.writeString(file(), "5\tcup: a container\n" + line + "\n");

    assertThatThrownBy(() -> RecallTimes.load(directory))
        .isInstanceOf(IOException.class)
        .hasMessage("line 2 of " + file() + " is not a time, a tab and a text");
  }

  @Test
  void aFileThatIsNotTextIsRefused() throws IOException {
    Files.write(file(), new byte[] {(byte) 0xff, '\n'});

    assertCannotBeRead();
  }

  @Test
  void whatIsNotAFileIsRefused() throws IOException {
    Files.createDirectory(file());

    assertCannotBeRead();
  }

  @Test
  void aWriteThatFailsLeavesTheOldFile() throws IOException {
    RecallTimes times = RecallTimes.load(directory);
    Files.createDirectories(file().resolve("in the way"));

    assertThatThrownBy(() -> times.recalled(TEXTS, NOW)).isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file());
    }
  }

  private void assertCannotBeRead() {
    assertThatThrownBy(() -> RecallTimes.load(directory))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file() + " cannot be read: ");
  }

  private Path file() {
    return directory.resolve("last-recalled.tsv");
  }

  private long[] ages(Instant now) throws IOException {
    return RecallTimes.load(directory).agesSeconds(TEXTS, now);
  }
}
