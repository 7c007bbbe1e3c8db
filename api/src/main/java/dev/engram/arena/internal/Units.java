package dev.engram.arena.internal;

import java.util.Locale;

/** Figures as people read them. */
public final class Units {
  private static final String[] BINARY_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  /** From here on one decimal would read 1024.0. */
  private static final double NEXT_UNIT_FROM = 1023.95;

  private Units() {}

  /**
   * A size in the unit that suits it.
   *
   * @param bytes 0 or more
   * @return for instance {@code 306 KiB} or {@code 2.5 MiB}
   */
  public static String bytes(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= NEXT_UNIT_FROM && unit < BINARY_UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    String format = size == Math.rint(size) ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, format, size, BINARY_UNITS[unit]);
  }

  /**
   * A size in the unit that suits it, and exactly.
   *
   * @param bytes 0 or more
   * @return for instance {@code 2 MiB (2,097,152 bytes)} or {@code 4 bytes}
   */
  public static String bytesExactly(long bytes) {
    return bytes < 1024
        ? bytes(bytes)
        : String.format(Locale.ROOT, "%s (%,d bytes)", bytes(bytes), bytes);
  }
}
