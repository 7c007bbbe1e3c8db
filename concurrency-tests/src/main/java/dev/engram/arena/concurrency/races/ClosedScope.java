package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;

/** For controls: memory that is used beyond the scope that it belongs to. */
final class ClosedScope {
  private static final int BYTES = 256;

  /** Enough that a trim falls between two of them. */
  private static final int SCOPES = 200;

  private ClosedScope() {}

  /** Whether scopes find what those before them wrote. */
  static boolean isKept() {
    for (int i = 0; i < SCOPES; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        Bytes.fill(scope.uninitialized().allocate(BYTES, Long.BYTES), 1);
      }
      try (ArenaScope next = ArenaControl.openScope()) {
        if (!Bytes.hold(next.uninitialized().allocate(BYTES, Long.BYTES), 1)) {
          return false;
        }
      }
    }
    return true;
  }
}
