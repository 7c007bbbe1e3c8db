package dev.engram.arena;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Settings that are one of a few words. */
final class Words {
  private Words() {}

  /**
   * The constant that {@code text}, the value of {@code setting}, names in upper or lower case.
   *
   * @throws IllegalArgumentException naming both and what is allowed, if it names none
   */
  static <E extends Enum<E>> E parse(String setting, String text, Class<E> type) {
    Objects.requireNonNull(text, setting);
    for (E constant : type.getEnumConstants()) {
      if (word(constant).equals(text.toLowerCase(Locale.ROOT))) {
        return constant;
      }
    }
    List<String> words = Arrays.stream(type.getEnumConstants()).map(Words::word).toList();
    throw new IllegalArgumentException(
        "%s is \"%s\"; allowed are %s and %s"
            .formatted(
                setting,
                text,
                String.join(", ", words.subList(0, words.size() - 1)),
                words.getLast()));
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

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
