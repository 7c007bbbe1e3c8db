package dev.engram.arena.stress.recording;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the system says of this process at little cost.
 *
 * @param residentBytes physical memory, the Java heap included; 0 where the system does not say
 * @param mappings number of mappings; 0 where the system does not say
 */
record ProcessFigures(long residentBytes, long mappings) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path MAPS = Path.of("/proc/self/maps");

  static ProcessFigures now() {
    try (Stream<String> status = Files.lines(STATUS);
        Stream<String> maps = Files.lines(MAPS, StandardCharsets.ISO_8859_1)) {
      long kibibytes =
          status
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .sum();
      return new ProcessFigures(kibibytes << 10, maps.count());
    } catch (IOException e) {
      return new ProcessFigures(0, 0);
    }
  }
}
