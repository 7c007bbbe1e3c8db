package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Threads that have used their arenas end while the totals are read. */
@JCStressTest
@Outcome(
    id = "1, 1",
    expect = Expect.ACCEPTABLE,
    desc = "A thread that ended is counted exactly once, and no total ever goes back.")
@Outcome(
    id = "0, .",
    expect = Expect.FORBIDDEN,
    desc = "What a thread that ended had counted was lost, or counted twice.")
@Outcome(
    id = "., 0",
    expect = Expect.FORBIDDEN,
    desc = "A total was lower than it had been before.")
@State
public class ThreadExitAgainstStats {
  private static final int SCOPES = 3;
  private static final int BYTES = 64;

  /** For jcstress. */
  public ThreadExitAgainstStats() {}

  /**
   * Has a thread come and go. No other uses an arena meanwhile.
   *
   * @param result 1 if exactly what it did was counted
   */
  @Actor
  public void exit(II_Result result) {
    ArenaStats before = ArenaControl.stats();
    Thread thread = Thread.ofPlatform().start(ThreadExitAgainstStats::useArena);
    Threads.join(thread);
    // The native thread may give its arena back at this very moment.
    ArenaStats after = ArenaControl.stats();
    result.r1 =
        after.totalScopes() - before.totalScopes() == SCOPES
                && after.totalResets() - before.totalResets() == SCOPES
                && after.totalAllocatedBytes() - before.totalAllocatedBytes() == SCOPES * BYTES
                && after.totalAbandoned() == before.totalAbandoned()
            ? 1
            : 0;
  }

  private static void useArena() {
    for (int i = 0; i < SCOPES; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(BYTES, 1);
      }
    }
  }

  /**
   * Reads the totals twice.
   *
   * @param result 1 if none went back
   */
  @Actor
  public void read(II_Result result) {
    ArenaStats first = ArenaControl.stats();
    ArenaStats second = ArenaControl.stats();
    result.r2 =
        second.totalScopes() >= first.totalScopes()
                && second.totalResets() >= first.totalResets()
                && second.totalAllocatedBytes() >= first.totalAllocatedBytes()
            ? 1
            : 0;
  }
}
