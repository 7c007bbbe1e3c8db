package dev.engram.arena.internal;

import java.util.Locale;

/** Figures as people read them. */
public final class Units {
  private static final String[] BINARY_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  /** From here on one decimal would read 1024.0. */
  private static final double NEXT_UNIT_FROM = 1023.95;

  private static final String[] TIME_UNITS = {"ns", "µs", "ms", "s"};

  /** From here on no decimals would read 1000. */
  private static final double NEXT_TIME_UNIT_FROM = 999.5;

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

  /**
   * A duration in the unit that suits it, to three digits.
   *
   * @param nanos 0 or more
   * @return for instance {@code 850 ns}, {@code 12.5 µs} or {@code 1.03 s}
   */
  public static String nanos(double nanos) {
    double time = nanos;
    int unit = 0;
    while (time >= NEXT_TIME_UNIT_FROM && unit < TIME_UNITS.length - 1) {
      time /= 1000;
      unit++;
    }
    return digits(time) + " " + TIME_UNITS[unit];
  }

  /**
   * A duration in the unit that suits it, to three digits.
   *
   * @param nanos 0 or more
   * @return as {@link #nanos(double)}
   */
  public static String nanos(long nanos) {
    return nanos((double) nanos);
  }

  /** Three digits, without zeros behind the point. */
  static String digits(double value) {
    String text =
        String.format(
            Locale.ROOT, value >= 99.95 ? "%,.0f" : value >= 9.995 ? "%.1f" : "%.2f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }
}
