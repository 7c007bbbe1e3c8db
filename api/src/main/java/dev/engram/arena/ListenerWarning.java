package dev.engram.arena;

import dev.engram.arena.internal.LogMessage;
import dev.engram.arena.internal.RateLimitedWarning;

/** Warns that an {@link OverflowListener} throws. */
final class ListenerWarning {
  static final ListenerWarning PROCESS = new ListenerWarning(RateLimitedWarning.ofProcess());

  private final RateLimitedWarning warning;

  ListenerWarning(RateLimitedWarning warning) {
    this.warning = warning;
  }

  void failed(OverflowListener listener, Throwable thrown) {
    warning.happened(
        1, count -> LogMessage.LISTENER_THREW.text(count, listener.getClass().getName()), thrown);
  }
}
