package dev.engram.arena;

import dev.engram.arena.management.ArenaManagement;

/** The setting that registers the managed bean without code. Process-wide, as that bean is. */
final class Jmx {
  private Jmx() {}

  /**
   * Registers the bean if the settings ask for it.
   *
   * @throws IllegalArgumentException if they say neither yes nor no, or there is no JMX here
   */
  static void apply(SettingsSource settings) {
    String name = askedBy(settings);
    if (!name.isEmpty()) {
      register(name);
    }
  }

  /**
   * The name by which a setting asks for it, or none.
   *
   * @throws IllegalArgumentException if it says neither yes nor no
   */
  static String askedBy(SettingsSource settings) {
    return settings.resolve(
        Setting.JMX, (name, text) -> Words.parseBoolean(name, text) ? name : "", "");
  }

  private static void register(String name) {
    try {
      ArenaManagement.register();
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "%s is \"true\"; allowed is false, since the module java.management is missing here"
              .formatted(name),
          e);
    }
  }
}
