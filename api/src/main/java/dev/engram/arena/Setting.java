package dev.engram.arena;

/** A setting that can be given from outside the program, by the names it has there. */
enum Setting {
  POOL_SIZE("engram.arena.size", "ENGRAM_ARENA_SIZE"),
  OVERFLOW("engram.arena.overflow", "ENGRAM_ARENA_OVERFLOW"),
  MAX_FALLBACK("engram.arena.max_fallback", "ENGRAM_ARENA_MAX_FALLBACK");

  private final String property;
  private final String variable;

  Setting(String property, String variable) {
    this.property = property;
    this.variable = variable;
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
