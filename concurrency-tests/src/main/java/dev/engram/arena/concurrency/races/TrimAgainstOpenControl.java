package dev.engram.arena.concurrency.races;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link TrimAgainstOpen}, but what a scope
 * wrote is looked for after its close.
 */
@JCStressTest
@Outcome(
    id = "1",
    expect = Expect.ACCEPTABLE,
    desc = "What the closed scope wrote is still there for the next.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "Pages were given back between the two, as must be seen here.")
@State
public class TrimAgainstOpenControl {
  private final TrimAgainstOpen race = new TrimAgainstOpen();

  /** For jcstress. */
  public TrimAgainstOpenControl() {}

  /** Gives back. */
  @Actor
  public void trim() {
    race.trim();
  }

  /**
   * Writes, closes, and reads again.
   *
   * @param result 1 if nothing was lost
   */
  @Actor
  public void open(I_Result result) {
    result.r1 = ClosedScope.isKept() ? 1 : 0;
  }
}
