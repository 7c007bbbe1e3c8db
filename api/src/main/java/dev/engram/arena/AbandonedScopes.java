package dev.engram.arena;

/**
 * How many scopes are watched for being abandoned: never closed, and no longer reachable. One that
 * is found is logged with where it was opened, and counted. Its memory is set aside until no
 * segment of it can be read any more, and its thread goes on with a fresh region.
 */
public enum AbandonedScopes {
  /** None. An abandoned scope keeps its memory until its thread ends. */
  OFF,

  /**
   * The first scope of each arena and then one in 4096, so that the others cost nothing. The
   * default. Once one is found all later scopes of its arena are watched. The memory of the one
   * that was found first stays set aside until its thread is gone; that of later ones until their
   * segments are unreachable.
   */
  SAMPLED,

  /** Every one. Opening a scope takes far longer; for tests and the search for a leak. */
  ALL;

  /**
   * The choice of that name, in upper or lower case.
   *
   * @param text {@code off}, {@code sampled} or {@code all}
   * @return the choice
   * @throws IllegalArgumentException if {@code text} is none of these names
   */
  public static AbandonedScopes parse(String text) {
    return parse("abandoned scopes", text);
  }

  static AbandonedScopes parse(String setting, String text) {
    return Words.parse(setting, text, AbandonedScopes.class);
  }
}
