package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Idle leases are collected and trimmed while a virtual thread takes one and gives it back. */
@JCStressTest
@Outcome(
    id = "1",
    expect = Expect.ACCEPTABLE,
    desc = "The lease was the virtual thread's alone while it held it, with all it wrote.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "A lease was trimmed that was in use.")
@State
public class PoolTakeAgainstTrim {
  /** For jcstress. */
  public PoolTakeAgainstTrim() {}

  /**
   * Leases an arena.
   *
   * @param result 1 if nothing was lost
   */
  @Actor
  public void take(I_Result result) {
    result.r1 = Lease.isExclusive(1) ? 1 : 0;
  }

  /** Trims. */
  @Actor
  public void trim() {
    ArenaControl.trim();
  }
}
