package dev.engram.arena.stress.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The regions of arenas among the mappings of this process, told by their size. */
final class ArenaMappings {
  /**
   * A pool size that nothing else in a JVM maps: whole pages of every machine, and no power of two.
   * Below the size of a huge page, beyond which a region is two mappings.
   */
  static final long POOL_SIZE = 31 * (64 << 10);

  private static final Path MAPS = Path.of("/proc/self/maps");

  /** Writable memory without a file and without a name. */
  private static final Pattern ANONYMOUS =
      Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) rw-p 0+ 00:00 0 *$");

  private ArenaMappings() {}

  /**
   * Regions of {@link #POOL_SIZE}. Each is a mapping of its own: the system joins it neither with
   * its inaccessible guard page nor, since huge pages are off in it, with what is next to it.
   */
  static long count() {
    try {
      return Files.readAllLines(MAPS).stream()
          .map(ANONYMOUS::matcher)
          .filter(Matcher::find)
          .filter(ArenaMappings::isRegion)
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException("the system does not show this process's mappings", e);
    }
  }

  private static boolean isRegion(Matcher range) {
    return Long.parseUnsignedLong(range.group(2), 16) - Long.parseUnsignedLong(range.group(1), 16)
        == POOL_SIZE;
  }
}
