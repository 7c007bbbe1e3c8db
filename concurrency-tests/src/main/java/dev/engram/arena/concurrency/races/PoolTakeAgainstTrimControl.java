package dev.engram.arena.concurrency.races;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link PoolTakeAgainstTrim}, but what a lease
 * holds is looked for after it was given back.
 */
@JCStressTest
@Outcome(
    id = "1",
    expect = Expect.ACCEPTABLE,
    desc = "What the lease wrote is still there for the next.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "Pages were given back between the two, as must be seen here.")
@State
public class PoolTakeAgainstTrimControl {
  private final PoolTakeAgainstTrim race = new PoolTakeAgainstTrim();

  /** For jcstress. */
  public PoolTakeAgainstTrimControl() {}

  /**
   * Leases an arena again and again.
   *
   * @param result 1 if nothing was lost
   */
  @Actor
  public void take(I_Result result) {
    boolean[] kept = {false};
    Threads.join(Thread.ofVirtual().start(() -> kept[0] = ClosedScope.isKept()));
    result.r1 = kept[0] ? 1 : 0;
  }

  /** Trims. */
  @Actor
  public void trim() {
    race.trim();
  }
}
