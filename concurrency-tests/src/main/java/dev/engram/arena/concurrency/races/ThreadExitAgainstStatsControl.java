package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link ThreadExitAgainstStats}, but another
 * thread uses its arena meanwhile, which the sums leave out.
 */
@JCStressTest
@Outcome(
    id = "1, 1",
    expect = Expect.ACCEPTABLE,
    desc = "The scope of the other thread was opened before or after.")
@Outcome(
    id = "0, .",
    expect = Expect.FORBIDDEN,
    desc = "One scope too many was counted, as must be seen here.")
@Outcome(
    id = "., 0",
    expect = Expect.FORBIDDEN,
    desc = "A total was lower than it had been before.")
@State
public class ThreadExitAgainstStatsControl {
  private final ThreadExitAgainstStats race = new ThreadExitAgainstStats();

  /** For jcstress. */
  public ThreadExitAgainstStatsControl() {}

  /**
   * Has a thread come and go.
   *
   * @param result 1 if exactly what it did was counted
   */
  @Actor
  public void exit(II_Result result) {
    race.exit(result);
  }

  /**
   * Opens a scope, and reads the totals twice.
   *
   * @param result 1 if none went back
   */
  @Actor
  public void read(II_Result result) {
    ArenaControl.openScope().close();
    race.read(result);
  }
}
