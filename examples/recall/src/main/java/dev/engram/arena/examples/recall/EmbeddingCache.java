package dev.engram.arena.examples.recall;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Keeps the vectors of the glosses in a {@code .npy} file, so that they are computed once per user.
 *
 * <p>The file's name tells what is in it and ends in a checksum of the texts and the model: vectors
 * of other texts or of another model are never mistaken for these.
 */
final class EmbeddingCache {

  /** Vectors have length 1, up to rounding. A damaged one almost never has. */
  private static final double LENGTH_TOLERANCE = 1e-3;

  private final Path directory;
  private final String namePrefix;
  private final Path file;
  private final int rows;

  /**
   * Names the cache of the vectors that a model makes of {@code texts}. Touches no file.
   *
   * @param directory the directory of the cache
   * @param modelChecksum the model's {@link Embedder#checksum}
   */
  EmbeddingCache(Path directory, List<String> texts, long modelChecksum) {
    this.directory = directory;
    this.rows = texts.size();
    this.namePrefix =
        "wn31-" + WordNet.LEXICOGRAPHER_FILE + "-" + rows + "-" + Embedder.MODEL + "-";
    String checksum = HexFormat.of().toHexDigits(checksum(texts, modelChecksum), 8);
    this.file = directory.resolve(namePrefix + checksum + ".npy");
  }

  /**
   * Returns the directory that a user's caches belong in, after the XDG base directory
   * specification.
   *
   * @param environment the environment variables
   * @param home the user's home directory
   */
  static Path directoryOfUser(Map<String, String> environment, Path home) {
    Path base = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
    // The specification has relative paths ignored.
    return (base.isAbsolute() ? base : home.resolve(".cache")).resolve("engram-arena/recall");
  }

  /** Returns the file, which may not exist. */
  Path file() {
    return file;
  }

  /**
   * Maps the cached vectors.
   *
   * @param arena keeps the vectors mapped
   * @return the vectors, one after the other; empty if they are not cached
   * @throws IOException if there is a file that cannot be used; the message says why
   */
  Optional<MemorySegment> load(Arena arena) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    MemorySegment vectors = VectorFile.map(file, rows, Embedder.DIMENSION, arena);
    for (int row = 0; row < rows; row++) {
      double length = length(vectors, row);
      // Not written as a comparison with >, which a NaN would pass.
      if (!(Math.abs(length - 1) <= LENGTH_TOLERANCE)) {
        throw new IOException("row " + row + " has length " + length + " instead of 1");
      }
    }
    return Optional.of(vectors);
  }

  /**
   * Replaces the cached vectors at once: who loads them meanwhile gets all of the old or all of the
   * new ones.
   */
  void store(float[] vectors) throws IOException {
    Path temporary = Files.createTempFile(directory, namePrefix, ".tmp");
    try {
      VectorFile.write(temporary, vectors, Embedder.DIMENSION);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Returns cached files of as many glosses whose texts or model are not the present ones any more.
   */
  List<Path> outdated() throws IOException {
    List<Path> outdated = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, namePrefix + "*.npy")) {
      files.forEach(outdated::add);
    }
    outdated.remove(file);
    return outdated;
  }

  private static double length(MemorySegment vectors, int row) {
    double squares = 0;
    long start = (long) row * Embedder.DIMENSION;
    for (int column = 0; column < Embedder.DIMENSION; column++) {
      double value = vectors.getAtIndex(JAVA_FLOAT, start + column);
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static long checksum(List<String> texts, long modelChecksum) {
    CRC32C checksum = new CRC32C();
    checksum.update((Long.toHexString(modelChecksum) + "\n").getBytes(UTF_8));
    texts.forEach(text -> checksum.update((text + "\n").getBytes(UTF_8)));
    return checksum.getValue();
  }
}
