package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/** A virtual thread that leases an arena for each of some scopes, one after the other. */
final class Lease implements Runnable {
  private static final int BYTES = 256;

  /** Enough that two of them that were started one after the other still meet. */
  private static final int SCOPES = 20;

  private final long pattern;
  private boolean exclusive = true;

  private Lease(long pattern) {
    this.pattern = pattern;
  }

  /** Whether no other thread wrote into what was leased, which is waited for. */
  static boolean isExclusive(long pattern) {
    Lease lease = new Lease(pattern);
    Threads.join(Thread.ofVirtual().start(lease));
    return lease.exclusive;
  }

  @Override
  public void run() {
    boolean kept = false;
    try {
      kept = useScopes();
    } finally {
      exclusive = kept;
    }
  }

  private boolean useScopes() {
    for (int i = 0; i < SCOPES; i++) {
      if (!useScope(i == SCOPES / 2)) {
        return false;
      }
    }
    return true;
  }

  private boolean useScope(boolean yielding) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment segment = scope.uninitialized().allocate(BYTES, Long.BYTES);
      Bytes.fill(segment, pattern);
      if (yielding) {
        LockSupport.parkNanos(1);
      }
      return Bytes.hold(segment, pattern);
    }
  }
}
