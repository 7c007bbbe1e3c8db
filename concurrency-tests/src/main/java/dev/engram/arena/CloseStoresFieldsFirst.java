package dev.engram.arena;

import org.jspecify.annotations.NullMarked;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A thread closes scopes while another compares its arena's fields with the header. */
@NullMarked
@JCStressTest
@Outcome(
    id = "KEPT",
    expect = Expect.ACCEPTABLE,
    desc = "The header's offset is lowered last: memory is free only after its scope has closed.")
@Outcome(
    id = "NOTHING",
    expect = Expect.ACCEPTABLE,
    desc = "The thread was not closing a scope, which tells nothing.")
@Outcome(
    id = "BROKEN",
    expect = Expect.FORBIDDEN,
    desc = "The header was lowered while the scope still counted as open.")
@State
public class CloseStoresFieldsFirst {
  private static final HeaderWatch WATCH = new HeaderWatch();

  /** For jcstress. */
  public CloseStoresFieldsFirst() {}

  /** Opens, allocates and closes; the close is watched. */
  @Actor
  public void close() {
    WATCH.pause();
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.uninitialized().allocate(Long.BYTES, Long.BYTES);
      WATCH.resume();
    }
  }

  /**
   * Compares.
   *
   * @param result what was found
   */
  @Actor
  public void watch(L_Result result) {
    result.r1 = WATCH.whileClosing();
  }
}
