package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A virtual thread that leases an arena for each of some scopes, one after the other. */
final class Lease implements Runnable {
  static final int BYTES = 256;

  /** Enough that two of them that were started one after the other still meet. */
  private static final int SCOPES = 20;

  private final long pattern;

  /** Null for memory of the arena that was leased. */
  private final @Nullable MemorySegment elsewhere;

  private boolean exclusive = true;

  private Lease(long pattern, @Nullable MemorySegment elsewhere) {
    this.pattern = pattern;
    this.elsewhere = elsewhere;
  }

  /** Whether no other thread wrote into what was leased, which is waited for. */
  static boolean isExclusive(long pattern) {
    return isExclusive(pattern, null);
  }

  /** The same of memory from elsewhere, if there is some. */
  static boolean isExclusive(long pattern, @Nullable MemorySegment elsewhere) {
    Lease lease = new Lease(pattern, elsewhere);
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
      MemorySegment leased = scope.uninitialized().allocate(BYTES, Long.BYTES);
      MemorySegment segment = elsewhere == null ? leased : elsewhere;
      Bytes.fill(segment, pattern);
      if (yielding) {
        LockSupport.parkNanos(1);
      }
      return Bytes.hold(segment, pattern);
    }
  }
}
