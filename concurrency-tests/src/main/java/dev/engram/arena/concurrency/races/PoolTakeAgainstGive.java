package dev.engram.arena.concurrency.races;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two virtual threads take an arena from the pool and give it back, at the same time. */
@JCStressTest
@Outcome(
    id = "1, 1",
    expect = Expect.ACCEPTABLE,
    desc = "Each virtual thread had an arena for itself while it held it.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "Two virtual threads had one arena at the same time.")
@State
public class PoolTakeAgainstGive {
  /** For jcstress. */
  public PoolTakeAgainstGive() {}

  /**
   * Leases one.
   *
   * @param result 1 if it was this thread's alone
   */
  @Actor
  public void first(II_Result result) {
    result.r1 = Lease.isExclusive(1) ? 1 : 0;
  }

  /**
   * Leases another.
   *
   * @param result 1 if it was this thread's alone
   */
  @Actor
  public void second(II_Result result) {
    result.r2 = Lease.isExclusive(2) ? 1 : 0;
  }
}
