package dev.engram.arena;

import org.jspecify.annotations.NullMarked;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link DepthThenRequests}, but the asker does
 * not order the memory of the owner's processor, which may hold back the store of the depth.
 */
@NullMarked
@JCStressTest
@Outcome(
    id = "true, true",
    expect = Expect.ACCEPTABLE,
    desc = "Each sees the other: the owner serves, and nobody in its place.")
@Outcome(
    id = "true, false",
    expect = Expect.ACCEPTABLE,
    desc = "The asker finds nobody inside and serves; the owner sees the request and waits for it.")
@Outcome(
    id = "false, true",
    expect = Expect.ACCEPTABLE,
    desc = "The owner was inside before it was asked, and serves at its next opening.")
@Outcome(
    id = "false, false",
    expect = Expect.FORBIDDEN,
    desc = "The arena is served while its owner is inside, as must be seen here.")
@State
public class NoMembarrierControl {
  private final OwnHeader header = new OwnHeader();

  /** For jcstress. */
  public NoMembarrierControl() {}

  /**
   * Announces itself, then looks.
   *
   * @param result whether the owner saw the request
   */
  @Actor
  public void owner(ZZ_Result result) {
    header.announce();
    result.r1 = header.isAsked();
  }

  /**
   * Asks, then looks: the mistake is what is missing between.
   *
   * @param result whether the asker saw the owner inside
   */
  @Actor
  public void asker(ZZ_Result result) {
    header.ask();
    result.r2 = header.isInside();
  }
}
