package dev.engram.arena;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes: what is allowed, and the grammar that {@link ArenaConfig} documents. */
final class ByteSize {
  /**
   * Only these characters: {@code Long.parseLong} would take a sign and the digits of any script.
   */
  private static final Pattern GRAMMAR = Pattern.compile("(?<count>[0-9]+)(?<unit>[kKmMgG]?)");

  private static final String UNLIMITED = "unlimited";

  private ByteSize() {}

  /**
   * The size that {@code text}, the value of {@code setting}, stands for.
   *
   * @throws IllegalArgumentException naming both, if the text is not a size from {@code min} to
   *     {@code max} bytes
   */
  static long parse(String setting, String text, long min, long max) {
    return parse(setting, text, min, max, "");
  }

  /**
   * The limit that {@code text}, the value of {@code setting}, stands for: a size, or {@code
   * unlimited} in upper or lower case, which is {@link Long#MAX_VALUE}.
   *
   * @throws IllegalArgumentException naming both, if the text is neither that nor a size of {@code
   *     min} bytes or more
   */
  static long parseLimit(String setting, String text, long min) {
    Objects.requireNonNull(text, setting);
    return text.toLowerCase(Locale.ROOT).equals(UNLIMITED)
        ? Long.MAX_VALUE
        : parse(setting, text, min, Long.MAX_VALUE, ", or unlimited");
  }

  /** A limit as {@link #parseLimit} reads it. */
  static String limitText(long bytes) {
    return bytes == Long.MAX_VALUE ? UNLIMITED : Long.toString(bytes);
  }

  private static long parse(
      String setting, String text, long min, long max, String otherwiseAllowed) {
    Objects.requireNonNull(text, setting);
    Matcher size = GRAMMAR.matcher(text);
    if (!size.matches()) {
      throw new IllegalArgumentException(
          ("%s is \"%s\"; allowed is a number of bytes in decimal digits, or with k, m or g behind"
                  + " it of 1024, 1024^2 or 1024^3 bytes, from %d to %d bytes%s")
              .formatted(setting, text, min, max, otherwiseAllowed));
    }
    BigInteger bytes = new BigInteger(size.group("count")).shiftLeft(unitShift(size.group("unit")));
    if (bytes.compareTo(BigInteger.valueOf(min)) < 0
        || bytes.compareTo(BigInteger.valueOf(max)) > 0) {
      throw outOfRange(setting, '"' + text + '"', min, max, otherwiseAllowed);
    }
    return bytes.longValueExact();
  }

  /**
   * Returns {@code bytes}, the value of {@code setting}.
   *
   * @throws IllegalArgumentException naming both, if it is not from {@code min} to {@code max}
   *     bytes
   */
  static long check(String setting, long bytes, long min, long max) {
    if (bytes < min || bytes > max) {
      throw outOfRange(setting, Long.toString(bytes), min, max, "");
    }
    return bytes;
  }

  private static int unitShift(String unit) {
    return switch (unit) {
      case "k", "K" -> 10;
      case "m", "M" -> 20;
      case "g", "G" -> 30;
      default -> 0;
    };
  }

  private static IllegalArgumentException outOfRange(
      String setting, String value, long min, long max, String otherwiseAllowed) {
    return new IllegalArgumentException(
        "%s is %s; allowed is a size from %d to %d bytes%s"
            .formatted(setting, value, min, max, otherwiseAllowed));
  }
}
