package dev.engram.arena;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** How much of the address space of this process is in physical memory, as the system says. */
final class ResidentMemory {
  private ResidentMemory() {}

  /**
   * Of the mappings that have a part in a range. Neighbours of the range may be part of its first
   * mapping, so differences tell more than values.
   */
  static long bytesOfMappings(long start, long length) throws IOException {
    long bytes = 0;
    boolean inRange = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (Character.isUpperCase(line.charAt(0))) {
        if (inRange && line.startsWith("Rss:")) {
          bytes += Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      } else {
        String[] ends = line.substring(0, line.indexOf(' ')).split("-", -1);
        inRange =
            HexFormat.fromHexDigitsToLong(ends[0]) < start + length
                && HexFormat.fromHexDigitsToLong(ends[1]) > start;
      }
    }
    return bytes;
  }
}
