package dev.engram.arena;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The README and what lies in docs/, taken apart. */
final class Documents {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```$");

  /**
   * A block of code.
   *
   * @param place the file and the line that it begins in
   * @param language what it says that it is; empty if nothing
   */
  record Block(Path file, String place, String language, String text) {
    @Override
    public String toString() {
      return place;
    }
  }

  private Documents() {}

  static List<Path> files() {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(ROOT.resolve("README.md")),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String operations() {
    return text(ROOT.resolve("docs/operations.md"));
  }

  static Path root() {
    return ROOT;
  }

  static List<Block> blocks() {
    return files().stream().flatMap(Documents::blocksOf).toList();
  }

  static List<Block> blocks(String language) {
    return blocks().stream().filter(block -> block.language().equals(language)).toList();
  }

  private static Stream<Block> blocksOf(Path file) {
    String text = text(file);
    return BLOCK
        .matcher(text)
        .results()
        .map(block -> {
          long line = text.substring(0, block.start()).lines().count() + 1;
          return new Block(file, file.getFileName() + ":" + line, block.group(1), block.group(2));
        });
  }

  /**
   * The rows of the table whose head begins with that cell, each as its cells, without the head.
   */
  static List<List<String>> table(String text, String firstCell) {
    Matcher table =
        Pattern.compile(
                "(?m)^\\| " + Pattern.quote(firstCell) + " \\|.*\n\\|[-|]+\\|\n((?:\\|.*\n)+)")
            .matcher(text);
    if (!table.find()) {
      throw new IllegalArgumentException("no table that begins with " + firstCell);
    }
    return table
        .group(1)
        .lines()
        .map(row -> Stream.of(row.split("\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(1, cells.size() - 1))
        .toList();
  }
}
