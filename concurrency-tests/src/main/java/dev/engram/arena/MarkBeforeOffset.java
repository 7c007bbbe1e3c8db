package dev.engram.arena;

import org.jspecify.annotations.NullMarked;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A thread allocates ever more and closes its scopes while another reads the header as the totals
 * do: what was in use is in the offset or, once that is lowered, in the high-water mark.
 */
@NullMarked
@JCStressTest
@Outcome(
    id = "KEPT",
    expect = Expect.ACCEPTABLE,
    desc = "Whoever sees the lower offset sees the high-water mark that was stored before.")
@Outcome(
    id = "NOTHING",
    expect = Expect.ACCEPTABLE,
    desc = "A new epoch began meanwhile, which tells nothing.")
@Outcome(
    id = "BROKEN",
    expect = Expect.FORBIDDEN,
    desc = "For a moment nothing told of memory that had been in use.")
@State
public class MarkBeforeOffset {
  private static final HeaderWatch WATCH = new HeaderWatch();
  private static final ThreadLocal<Long> SIZE = ThreadLocal.withInitial(() -> Long.MAX_VALUE);

  /** For jcstress. */
  public MarkBeforeOffset() {}

  /** Opens, allocates more than ever, and closes. */
  @Actor
  public void use() {
    long size = SIZE.get();
    try (ArenaScope scope = ArenaControl.openScope()) {
      if (size <= scope.availableBytes()) {
        scope.uninitialized().allocate(size, Long.BYTES);
        SIZE.set(size + Long.BYTES);
        return;
      }
    }
    startAnew();
  }

  private static void startAnew() {
    WATCH.pause();
    ArenaControl.resetMetrics();
    ArenaControl.openScope().close(); // takes notice
    SIZE.set((long) Long.BYTES);
    WATCH.resume();
  }

  /**
   * Compares.
   *
   * @param result what was found
   */
  @Actor
  public void watch(L_Result result) {
    result.r1 = WATCH.whileInUse();
  }
}
