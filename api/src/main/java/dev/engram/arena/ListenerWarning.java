package dev.engram.arena;

/** Warns that an {@link OverflowListener} throws. */
final class ListenerWarning {
  static final ListenerWarning PROCESS = new ListenerWarning(RateLimitedWarning.ofProcess());

  private final RateLimitedWarning warning;

  ListenerWarning(RateLimitedWarning warning) {
    this.warning = warning;
  }

  void failed(OverflowListener listener, Throwable thrown) {
    warning.happened(
        1,
        count ->
            ("Overflow listeners threw, which the allocations did not see: %d times."
                    + " The latest is a %s")
                .formatted(count, listener.getClass().getName()),
        thrown);
  }
}
