package dev.engram.arena.examples.recall;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps when each memory was last recalled, in a text file: a line has the seconds since 1970, a
 * tab, and the memory's text. What was asked is not kept. Of programs that write at once, the last
 * one's times stay.
 */
final class RecallTimes {

  private static final String FILE_NAME = "last-recalled.tsv";

  private final Path file;

  /** Sorted, so that the file is easy to read. */
  private final Map<String, Long> secondsOfText = new TreeMap<>();

  private RecallTimes(Path file) {
    this.file = file;
  }

  /**
   * Reads the file of a directory. There is nothing in one that does not exist.
   *
   * @throws IOException if it cannot be used; the message says why and names the file
   */
  static RecallTimes load(Path directory) throws IOException {
    RecallTimes times = new RecallTimes(directory.resolve(FILE_NAME));
    if (Files.exists(times.file)) {
      int number = 0;
      for (String line : times.lines()) {
        number++;
        int tab = line.indexOf('\t');
        try {
          times.secondsOfText.put(
              line.substring(tab + 1), Long.parseLong(line.substring(0, Math.max(tab, 0))));
        } catch (NumberFormatException e) {
          throw new IOException(
              "line %d of %s is not a time, a tab and a text".formatted(number, times.file), e);
        }
      }
    }
    return times;
  }

  private List<String> lines() throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      // The message of most of them does not name the file.
      throw new IOException(file + " cannot be read: " + e, e);
    }
  }

  /**
   * Returns the time since each text was recalled, {@link AssociativeMemory#NEVER_RECALLED} for
   * those that were not. A time in the future, which a clock that was set back leaves, is now.
   */
  long[] agesSeconds(List<String> texts, Instant now) {
    return texts.stream()
        .mapToLong(text -> {
          Long seconds = secondsOfText.get(text);
          return seconds == null
              ? AssociativeMemory.NEVER_RECALLED
              : Math.max(now.getEpochSecond() - seconds, 0);
        })
        .toArray();
  }

  /** Notes that texts are recalled now, and replaces the file at once. */
  void recalled(List<String> texts, Instant now) throws IOException {
    texts.forEach(text -> secondsOfText.put(text, now.getEpochSecond()));
    StringBuilder lines = new StringBuilder();
    secondsOfText.forEach(
        (text, seconds) -> lines.append(seconds).append('\t').append(text).append('\n'));
    Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), FILE_NAME, ".tmp");
    try {
      Files.writeString(temporary, lines, UTF_8);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
