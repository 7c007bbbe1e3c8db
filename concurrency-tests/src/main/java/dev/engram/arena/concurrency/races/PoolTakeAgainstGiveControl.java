package dev.engram.arena.concurrency.races;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link PoolTakeAgainstGive}, but both threads
 * are given the same memory.
 */
@JCStressTest
@Outcome(
    id = "1, 1",
    expect = Expect.ACCEPTABLE,
    desc = "Neither thread wrote while the other was there.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "Two virtual threads had the same memory at the same time, as must be seen here.")
@State
public class PoolTakeAgainstGiveControl {
  private final MemorySegment shared = Arena.ofAuto().allocate(Lease.BYTES, Long.BYTES);

  /** For jcstress. */
  public PoolTakeAgainstGiveControl() {}

  /**
   * Leases an arena, and writes elsewhere.
   *
   * @param result 1 if it was this thread's alone
   */
  @Actor
  public void first(II_Result result) {
    result.r1 = Lease.isExclusive(1, shared) ? 1 : 0;
  }

  /**
   * The same.
   *
   * @param result 1 if it was this thread's alone
   */
  @Actor
  public void second(II_Result result) {
    result.r2 = Lease.isExclusive(2, shared) ? 1 : 0;
  }
}
