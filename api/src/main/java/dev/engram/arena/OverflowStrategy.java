package dev.engram.arena;

import java.util.Locale;
import java.util.Objects;

/**
 * What happens to an allocation that does not fit what is left of an arena. Every overflow is
 * counted first.
 */
public enum OverflowStrategy {
  /**
   * The process ends: one line on standard error with the sizes, then a trap, so that the JVM's
   * error file shows the Java frames. For development.
   */
  PANIC,

  /**
   * {@link ArenaOverflowException} in Java, an error status in native code. The arena stays as it
   * was. The default.
   */
  ERROR_RETURN,

  /**
   * The allocation is served from the system, in chunks of at least 64 KiB that are given back when
   * the scope closes, up to {@link ArenaConfig#maxFallbackBytes()} in the whole process and {@link
   * ArenaConfig#maxTotalBytes()} together with the arenas. Beyond that as {@link #ERROR_RETURN}. A
   * warning is logged, at most one every ten seconds.
   */
  FALLBACK;

  /**
   * The strategy of that name, in upper or lower case: {@code panic}, {@code error} or {@code
   * error_return}, or {@code fallback}.
   *
   * @param text a strategy's name
   * @return the strategy
   * @throws IllegalArgumentException if {@code text} is none of these names
   */
  public static OverflowStrategy parse(String text) {
    return parse("overflow strategy", text);
  }

  static OverflowStrategy parse(String setting, String text) {
    Objects.requireNonNull(text, setting);
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "panic" -> PANIC;
      case "error", "error_return" -> ERROR_RETURN;
      case "fallback" -> FALLBACK;
      default ->
          throw new IllegalArgumentException(
              "%s is \"%s\"; allowed are panic, error (or error_return) and fallback"
                  .formatted(setting, text));
    };
  }
}
