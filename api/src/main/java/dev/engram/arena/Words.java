package dev.engram.arena;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/** Settings that are one of a few words. */
final class Words {
  private Words() {}

  /**
   * The constant that {@code text}, the value of {@code setting}, names in upper or lower case.
   *
   * @throws IllegalArgumentException naming both and what is allowed, if it names none
   */
  static <E extends Enum<E>> E parse(String setting, String text, Class<E> type) {
    return parse(setting, text, type.getEnumConstants(), Words::word);
  }

  /**
   * The one of {@code values} whose word {@code text}, the value of {@code setting}, is in upper or
   * lower case.
   *
   * @param word how a value is written, in lower case
   * @throws IllegalArgumentException naming both and what is allowed, if it is the word of none
   */
  static <T> T parse(String setting, String text, T[] values, Function<T, String> word) {
    Objects.requireNonNull(text, setting);
    for (T value : values) {
      if (word.apply(value).equals(text.toLowerCase(Locale.ROOT))) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "%s is \"%s\"; allowed are %s"
            .formatted(setting, text, listed(Arrays.stream(values).map(word).toList(), "and")));
  }

  /** Words as a sentence lists them, the last one behind a conjunction. */
  static String listed(List<String> words, String conjunction) {
    String last = words.getLast();
    return words.size() == 1
        ? last
        : "%s %s %s"
            .formatted(String.join(", ", words.subList(0, words.size() - 1)), conjunction, last);
  }

  /**
   * Whether {@code text}, the value of {@code setting}, is {@code true} or {@code false}.
   *
   * @throws IllegalArgumentException naming both, if it is neither
   */
  static boolean parseBoolean(String setting, String text) {
    return switch (Objects.requireNonNull(text, setting)) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "%s is \"%s\"; allowed is true or false".formatted(setting, text));
    };
  }

  /** How a constant is written. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
