package dev.engram.arena.concurrency.races;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The pool size changes while another thread opens a scope, uses all of it and closes it. */
@JCStressTest
@Outcome(
    id = "1, 1",
    expect = Expect.ACCEPTABLE,
    desc = "The scope has the small region, all of it, from its opening to its close.")
@Outcome(
    id = "2, 2",
    expect = Expect.ACCEPTABLE,
    desc = "The scope has the large region, all of it, from its opening to its close.")
@Outcome(
    id = ".*",
    expect = Expect.FORBIDDEN,
    desc = "The region changed or lost what was written while the scope was open.")
@State
public class ConfigureAgainstOpen {
  static final int SMALL_BYTES = 64 << 10;

  /** As many as a change of the settings takes the time of. */
  static final int SCOPES = 20;

  private static final ArenaConfig SMALL = config(SMALL_BYTES);
  private static final ArenaConfig LARGE = config(2 * SMALL_BYTES);
  private static final AtomicInteger TURN = new AtomicInteger();

  // In turns, so that each call changes something.
  private final ArenaConfig next = TURN.getAndIncrement() % 2 == 0 ? SMALL : LARGE;

  static {
    ArenaControl.configure(SMALL);
  }

  /** For jcstress. */
  public ConfigureAgainstOpen() {}

  private static ArenaConfig config(int poolSizeBytes) {
    return ArenaConfig.builder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(OverflowStrategy.ERROR_RETURN)
        .build();
  }

  /** Changes the settings. */
  @Actor
  public void configure() {
    ArenaControl.configure(next);
  }

  /**
   * Uses scopes from end to end, one after the other.
   *
   * @param result the region's size at the opening of the last, and inside it, each as a multiple
   *     of the small one; or 0 where something was amiss in one of them
   */
  @Actor
  public void open(II_Result result) {
    for (int i = 0; i < SCOPES; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        long capacity = scope.availableBytes();
        result.r1 = (int) (capacity / SMALL_BYTES);
        result.r2 = (int) (capacityInside(scope, capacity) / SMALL_BYTES);
      }
      if (result.r1 != result.r2) {
        return;
      }
    }
  }

  /** What the outer scope and one inside it have together; 0 if what was written is gone. */
  private static long capacityInside(ArenaScope outer, long capacity) {
    MemorySegment most = outer.uninitialized().allocate(capacity - Long.BYTES, Long.BYTES);
    long last = most.byteSize() - Long.BYTES;
    most.set(ValueLayout.JAVA_LONG, 0, capacity);
    most.set(ValueLayout.JAVA_LONG, last, ~capacity);
    try (ArenaScope inner = ArenaControl.openScope()) {
      long left = inner.availableBytes();
      inner.allocate(left, 1).fill((byte) 1);
      boolean kept =
          most.get(ValueLayout.JAVA_LONG, 0) == capacity
              && most.get(ValueLayout.JAVA_LONG, last) == ~capacity;
      return kept ? most.byteSize() + left : 0;
    }
  }
}
