package dev.engram.arena;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** How much of the address space of this process is in physical memory, as the system says. */
public final class ResidentMemory {
  private ResidentMemory() {}

  /**
   * Of the mappings that have a part in a range. Neighbours of the range may be part of its first
   * mapping, so differences tell more than values.
   */
  static long bytesOfMappings(long start, long length) throws IOException {
    return bytesOfMappings(start, length, "Rss:");
  }

  /**
   * What one line says of each mapping that has a part in a range.
   *
   * @param name what the line begins with, in {@code /proc/self/smaps}
   */
  static long bytesOfMappings(long start, long length, String name) throws IOException {
    return linesOfMappings(start, length, name)
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .sum();
  }

  /** Whether the mapping at an address has one of the flags of {@code /proc/self/smaps}. */
  public static boolean hasFlag(long address, String flag) throws IOException {
    return linesOfMappings(address, 1, "VmFlags:").anyMatch(line -> line.contains(' ' + flag));
  }

  private static Stream<String> linesOfMappings(long start, long length, String name)
      throws IOException {
    List<String> lines = new ArrayList<>();
    boolean inRange = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (Character.isUpperCase(line.charAt(0))) {
        if (inRange && line.startsWith(name)) {
          lines.add(line);
        }
      } else {
        String[] ends = line.substring(0, line.indexOf(' ')).split("-", -1);
        inRange =
            HexFormat.fromHexDigitsToLong(ends[0]) < start + length
                && HexFormat.fromHexDigitsToLong(ends[1]) > start;
      }
    }
    return lines.stream();
  }
}
