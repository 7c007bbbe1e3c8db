package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Physical memory is given back while another thread opens a scope and writes. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "What the scope wrote is all there.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "Pages were given back under a scope that was open.")
@State
public class TrimAgainstOpen {
  /** More than a page, and not the whole of one. */
  private static final int BYTES = 4104;

  /** As many as a trim takes the time of. */
  private static final int SCOPES = 4;

  /** For jcstress. */
  public TrimAgainstOpen() {}

  /** Gives back. */
  @Actor
  public void trim() {
    ArenaControl.trim();
  }

  /**
   * Writes, and reads again.
   *
   * @param result 1 if nothing was lost
   */
  @Actor
  public void open(I_Result result) {
    boolean kept = true;
    for (int i = 0; i < SCOPES; i++) {
      kept &= isKept();
    }
    result.r1 = kept ? 1 : 0;
  }

  private static boolean isKept() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment first = outer.uninitialized().allocate(BYTES, Long.BYTES);
      Bytes.fill(first, 1);
      try (ArenaScope inner = ArenaControl.openScope()) {
        MemorySegment second = inner.uninitialized().allocate(BYTES, Long.BYTES);
        Bytes.fill(second, 2);
        return Bytes.hold(first, 1) && Bytes.hold(second, 2);
      }
    }
  }
}
