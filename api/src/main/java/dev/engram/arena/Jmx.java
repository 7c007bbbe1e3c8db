package dev.engram.arena;

import dev.engram.arena.internal.LogMessage;
import dev.engram.arena.internal.OptionalModule;
import dev.engram.arena.internal.RateLimitedWarning;
import dev.engram.arena.management.ArenaManagement;

/** The setting that registers the managed bean without code. Process-wide, as that bean is. */
final class Jmx {
  private Jmx() {}

  /**
   * Checks the setting.
   *
   * @throws IllegalArgumentException if it says neither yes nor no, or there is no JMX here
   */
  static void check(SettingsSource settings) {
    String name = askedBy(settings);
    if (!name.isEmpty() && !OptionalModule.isThere("java.management")) {
      throw new IllegalArgumentException(
          "%s is \"true\"; allowed is false, since the module java.management is missing here"
              .formatted(name));
    }
  }

  /**
   * Registers the bean if the setting asks for it. Not under a lock, and when the library can be
   * used: whoever listens to the MBean server is told on this thread, and may read the bean at
   * once.
   */
  static void apply(SettingsSource settings) {
    if (!askedBy(settings).isEmpty()) {
      register();
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

  private static void register() {
    try {
      ArenaManagement.register();
    } catch (IllegalStateException e) {
      // The setting is the process's, and another class loader may have been first. Arenas work
      // without the bean.
      RateLimitedWarning warning = RateLimitedWarning.ofProcess();
      warning.happened(
          1, count -> LogMessage.MXBEAN_NOT_REGISTERED.text(count, Setting.JMX.names()), e);
    }
  }
}
