package dev.engram.arena;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A setting that can be given from outside the program, by the names it has there. */
enum Setting {
  POOL_SIZE("engram.arena.size", "ENGRAM_ARENA_SIZE", "ArenaConfig.poolSizeBytes"),
  OVERFLOW("engram.arena.overflow", "ENGRAM_ARENA_OVERFLOW", "ArenaConfig.overflow"),
  MAX_FALLBACK(
      "engram.arena.max_fallback", "ENGRAM_ARENA_MAX_FALLBACK", "ArenaConfig.maxFallbackBytes"),
  MAX_TOTAL("engram.arena.max_total", "ENGRAM_ARENA_MAX_TOTAL", "ArenaConfig.maxTotalBytes"),
  HUGE_PAGES("engram.arena.huge_pages", "ENGRAM_ARENA_HUGE_PAGES", "ArenaConfig.hugePages"),
  ZERO_ON_RESET(
      "engram.arena.zero_on_reset", "ENGRAM_ARENA_ZERO_ON_RESET", "ArenaConfig.zeroOnReset"),
  PRE_TOUCH("engram.arena.pre_touch", "ENGRAM_ARENA_PRE_TOUCH", "ArenaConfig.preTouch"),
  ABANDONED_SCOPES(
      "engram.arena.abandoned_scopes",
      "ENGRAM_ARENA_ABANDONED_SCOPES",
      "ArenaConfig.abandonedScopes"),
  KERNELS_LEVEL("engram.kernels.level", "ENGRAM_KERNELS_LEVEL"),
  JMX("engram.arena.jmx", "ENGRAM_ARENA_JMX");

  private final String property;
  private final String variable;
  private final String names;
  private final boolean inConfig;

  Setting(String property, String variable, String component) {
    this.property = property;
    this.variable = variable;
    names = "%s, %s or %s".formatted(property, variable, component);
    inConfig = true;
  }

  /** One that code does not give. */
  Setting(String property, String variable) {
    this.property = property;
    this.variable = variable;
    names = "%s or %s".formatted(property, variable);
    inConfig = false;
  }

  /**
   * The one that ArenaConfig has under the name of a system property.
   *
   * @throws IllegalArgumentException naming those that there are, if it is none of them
   */
  static Setting ofProperty(String property) {
    Objects.requireNonNull(property, "property");
    return Arrays.stream(values())
        .filter(setting -> setting.inConfig && setting.property.equals(property))
        .findAny()
        .orElseThrow(() -> unknown(property));
  }

  static IllegalArgumentException unknown(String property) {
    List<String> known =
        Arrays.stream(values()).filter(s -> s.inConfig).map(Setting::property).toList();
    return new IllegalArgumentException(
        "setting is \"%s\"; allowed are %s".formatted(property, Words.listed(known, "and")));
  }

  /** All its names, for a message that says what to change. */
  String names() {
    return names;
  }

  /** The name as a system property. */
  String property() {
    return property;
  }

  /** The name as an environment variable. */
  String variable() {
    return variable;
  }
}
