package dev.engram.arena.examples.recall;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of temporary files that ONNX Runtime unpacks its native libraries into, on every
 * start. It means to remove the directory when the JVM exits, but does so while its files are still
 * there, and so leaves it behind.
 */
final class OnnxTemporaryFiles {

  private static final Path MEMORY_MAP = Path.of("/proc/self/maps");
  private static final String DIRECTORY_PREFIX = "onnxruntime-java";

  private OnnxTemporaryFiles() {}

  /**
   * Removes the directory that this process uses. On Linux a library stays usable without its file;
   * elsewhere, where the directory cannot be told either, nothing is done.
   */
  static void remove() throws IOException {
    if (Files.isReadable(MEMORY_MAP)) {
      for (Path directory : directories()) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
          for (Path file : files) {
            Files.delete(file);
          }
        }
        Files.delete(directory);
      }
    }
  }

  private static List<Path> directories() throws IOException {
    try (Stream<String> mappings = Files.lines(MEMORY_MAP)) {
      return mappings
          .map(mapping -> mapping.substring(Math.max(mapping.indexOf('/'), 0)))
          .filter(path -> path.contains("/" + DIRECTORY_PREFIX))
          .map(path -> Path.of(path).getParent())
          .filter(Files::isDirectory)
          .distinct()
          .toList();
    }
  }
}
