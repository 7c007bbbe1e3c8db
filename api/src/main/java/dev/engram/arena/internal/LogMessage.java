package dev.engram.arena.internal;

/**
 * Everything that this library logs, each with what to change. {@code docs/messages.md} explains
 * them one by one.
 */
public enum LogMessage {
  /** How often, bytes asked for, capacity, what was left, and the setting. */
  SERVED_FROM_SYSTEM(
      "Allocations that did not fit their arenas and were served from the system: %d. The latest"
          + " asked for %d bytes of an arena of %d bytes, of which %d were left. A larger pool (%s)"
          + " avoids it"),
  /** How often, bytes asked for, and the settings. */
  SERVED_WITHOUT_REGION(
      "Allocations that had no arena to fit into and were served from the system: %d. The latest"
          + " asked for %d bytes. A higher bound on all memory (%s) or a smaller pool (%s) avoids"
          + " it"),
  /** How often, and the settings. */
  REGION_KEPT_AT_BOUND(
      "Arenas that kept the region they had, since there was none for the settings in force: %d."
          + " The latest: the bound on all memory is reached. Raise it (%s), or choose a smaller"
          + " pool (%s)"),
  /** How often, the system's error, and the setting. */
  REGION_KEPT_BY_SYSTEM(
      "Arenas that kept the region they had, since there was none for the settings in force: %d."
          + " The latest: the system refused it, %s. A smaller pool may fit (%s)"),
  /** How often, and the listener's class. */
  LISTENER_THREW(
      "Overflow listeners threw, which the allocations did not see: %d times. The latest is a %s."
          + " Have it catch what the exception says"),
  /** How often. */
  SCOPES_ABANDONED(
      "Scopes that were never closed and cannot be any more: %d. The latest was opened where the"
          + " exception says. What they hold is set aside until nobody can read it. Open scopes in"
          + " try-with-resources"),
  /** How often, and the setting. */
  MXBEAN_NOT_REGISTERED(
      "The MXBean that a setting asks for is not registered, for the reason that the exception"
          + " says: %d times. Have one class loader load the library, a parent of all that use it;"
          + " or leave %s out"),
  /** How often, and the listener's class. */
  JMX_LISTENER_THREW(
      "Listeners to the MXBean threw, which kept the notification from nobody else: %d times. The"
          + " latest is a %s. Have it catch what the exception says"),
  /** How often. */
  THRESHOLD_NOT_WATCHED(
      "The usage threshold of the MXBean is watched no longer: %d times. Set it again once what the"
          + " exception says is mended");

  private final String format;

  LogMessage(String format) {
    this.format = format;
  }

  /**
   * Fills the places in.
   *
   * @param arguments a number of times first, and what else the message has a place for
   * @return the message
   */
  public String text(Object... arguments) {
    return format.formatted(arguments);
  }

  /**
   * The message with its places.
   *
   * @return with {@code %d} and {@code %s}
   */
  public String format() {
    return format;
  }
}
