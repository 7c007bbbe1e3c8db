package dev.engram.arena;

import dev.engram.arena.internal.jfr.FlightRecorderEvents;
import org.jspecify.annotations.Nullable;

/**
 * The open scopes of one arena that a flight recording is to have. For the arena's owner, on the
 * slow way of opening and closing only, which an arena takes while scopes are recorded.
 */
final class RecordedScopes {
  private record Recorded(
      FlightRecorderEvents.OpenScope event,
      int depth,
      long allocatedBytesBefore,
      @Nullable Recorded outer) {}

  private @Nullable Recorded innermost;

  /** Forgets what an owner who is gone had open. */
  void forget() {
    innermost = null;
  }

  /** A scope is about to open. */
  void opens(long header, int depth) {
    FlightRecorderEvents.OpenScope event = FlightEvents.scopeOpens();
    if (event != null) {
      innermost = new Recorded(event, depth, ArenaHeader.allocatedBytes(header), around(depth));
    }
  }

  /**
   * A scope closes, and is about to be rewound.
   *
   * @param start the arena's offset when it opened and its bytes in use in chunks, together
   */
  void closes(long header, int depth, long start, boolean leased) {
    Recorded scope = around(depth + 1);
    // Before the event: an error may come of it, and then this scope closes once more.
    innermost = around(depth);
    if (scope != null && scope.depth == depth) {
      long end = ArenaHeader.offsetBytes(header) + ArenaHeader.fallbackPositionBytes(header);
      long innerBytes = ArenaHeader.allocatedBytes(header) - scope.allocatedBytesBefore;
      scope.event.closed(innerBytes + end - start, depth, leased);
    }
  }

  /** The innermost one that lies around a depth. Those within it failed to open or to close. */
  private @Nullable Recorded around(int depth) {
    Recorded scope = innermost;
    while (scope != null && scope.depth >= depth) {
      scope = scope.outer;
    }
    return scope;
  }
}
