package dev.engram.arena;

import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where settings that the program leaves open are looked up.
 *
 * @param properties the value of a system property, or null if it is not set
 * @param environment the value of an environment variable, or null if it is not set
 */
record SettingsSource(
    Function<String, @Nullable String> properties, Function<String, @Nullable String> environment) {

  /** The system properties and the environment of this process. */
  static final SettingsSource PROCESS = new SettingsSource(System::getProperty, System::getenv);

  /**
   * The setting as its system property says, else as its environment variable says, else {@code
   * fallback}.
   *
   * @param parser makes a value of the name and the text that were found; throws
   *     IllegalArgumentException naming both
   */
  <T> T resolve(Setting setting, BiFunction<String, String, T> parser, T fallback) {
    String property = properties.apply(setting.property());
    if (property != null) {
      return parser.apply(setting.property(), property);
    }
    String variable = environment.apply(setting.variable());
    if (variable != null) {
      return parser.apply(setting.variable(), variable);
    }
    return fallback;
  }
}
