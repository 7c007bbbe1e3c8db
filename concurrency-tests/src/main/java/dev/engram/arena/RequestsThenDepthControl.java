package dev.engram.arena;

import org.jspecify.annotations.NullMarked;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A control, whose forbidden outcome must be seen: as {@link DepthThenRequests}, but the owner
 * reads requests before it stores its depth, and dawdles in between, as it would when interrupted
 * there.
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
public class RequestsThenDepthControl {
  /** About as long as the asker takes. */
  private static final int PAUSES = 100;

  private final OwnHeader header = new OwnHeader();

  /** For jcstress. */
  public RequestsThenDepthControl() {}

  /**
   * Looks, then announces itself: the mistake.
   *
   * @param result whether the owner saw the request
   */
  @Actor
  public void owner(ZZ_Result result) {
    result.r1 = header.isAsked();
    for (int i = 0; i < PAUSES; i++) {
      Thread.onSpinWait();
    }
    header.announce();
  }

  /**
   * Asks, has everyone's stores seen, then looks.
   *
   * @param result whether the asker saw the owner inside
   */
  @Actor
  public void asker(ZZ_Result result) {
    header.ask();
    header.orderOthers();
    result.r2 = header.isInside();
  }
}
