package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link ResetArenasAgainstOpen}, but as if a
 * reset spared what native code allocated outside any scope.
 */
@JCStressTest
@Outcome(
    id = "1",
    expect = Expect.ACCEPTABLE,
    desc = "The scope begins behind what native code holds.")
@Outcome(
    id = "0",
    expect = Expect.FORBIDDEN,
    desc = "The scope lies over what native code held, as must be seen here.")
@State
public class ResetArenasAgainstOpenControl {
  private final ResetArenasAgainstOpen race = new ResetArenasAgainstOpen();

  /** For jcstress. */
  public ResetArenasAgainstOpenControl() {}

  /** Resets. */
  @Actor
  public void reset() {
    race.reset();
  }

  /**
   * Opens a scope above native memory.
   *
   * @param result 1 if it lies above it
   */
  @Actor
  public void open(I_Result result) {
    long nativeEnd = ResetArenasAgainstOpen.allocateNatively();
    try (ArenaScope scope = ArenaControl.openScope()) {
      result.r1 = scope.uninitialized().allocate(Long.BYTES).address() >= nativeEnd ? 1 : 0;
    }
  }
}
