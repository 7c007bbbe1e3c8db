package dev.engram.arena.internal;

/**
 * Everything that this library logs, each with what to change. {@code docs/messages.md} explains
 * them one by one.
 */
public enum LogMessage {
  SERVED_FROM_SYSTEM(
      "Allocations that did not fit their arenas and were served from the system: %d. The latest"
          + " asked for %d bytes of an arena of %d bytes, of which %d were left. A larger pool (%s)"
          + " avoids it"),
  SERVED_WITHOUT_REGION(
      "Allocations that had no arena to fit into and were served from the system: %d. The latest"
          + " asked for %d bytes. A higher bound on all memory (%s) or a smaller pool (%s) avoids"
          + " it"),
  REGION_KEPT_AT_BOUND(
      "Arenas that kept the region they had, since there was none for the settings in force: %d."
          + " The latest: the bound on all memory is reached. Raise it (%s), or choose a smaller"
          + " pool (%s)"),
  REGION_KEPT_BY_SYSTEM(
      "Arenas that kept the region they had, since there was none for the settings in force: %d."
          + " The latest: the system refused it, %s. A smaller pool may fit (%s)"),
  LISTENER_THREW(
      "Overflow listeners threw, which the allocations did not see: %d times. The latest is a %s."
          + " Have it catch what the exception says"),
  SCOPES_ABANDONED(
      "Scopes that were never closed and cannot be any more: %d. The latest was opened where the"
          + " exception says. What they hold is set aside until nobody can read it. Open scopes in"
          + " try-with-resources"),
  JMX_LISTENER_THREW(
      "Listeners to the MXBean threw, which kept the notification from nobody else: %d times. The"
          + " latest is a %s. Have it catch what the exception says"),
  THRESHOLD_NOT_WATCHED(
      "The usage threshold of the MXBean is watched no longer: %d times. Set it again once what the"
          + " exception says is mended");

  private final String format;

  LogMessage(String format) {
    this.format = format;
  }

  /** The message, of a number of times first and of what else it has a place for. */
  public String text(Object... arguments) {
    return format.formatted(arguments);
  }

  /** The message with its places, {@code %d} and {@code %s}, still empty. */
  public String format() {
    return format;
  }
}
