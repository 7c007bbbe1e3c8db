package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Opens, allocates or closes with ever more stack left, from almost none until it succeeds. Each
 * attempt but the last overflows, and further along than the one before.
 */
@ExtendWith(DefaultConfiguration.class)
class StackOverflowTest {
  private static final int CAPACITY = 1 << 20;
  private static final int ROUNDS = 100;
  private static final byte LIVE = 0x11;
  private static final byte SCRATCH = 0x22;

  enum Step {
    OPEN,
    ALLOCATE,
    CLOSE
  }

  private @Nullable ArenaScope scope;
  private boolean done;
  private int overflows;

  @ParameterizedTest
  @CsvSource({
    "OPEN, true",
    "OPEN, false",
    "ALLOCATE, true",
    "ALLOCATE, false",
    "CLOSE, true",
    "CLOSE, false"
  })
  void overflowLeavesLiveDataAloneAndTheNextScopeSound(Step step, boolean nested)
      throws InterruptedException {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    // A small stack, to reach its end soon.
    Thread thread =
        new Thread(null, () -> overflowRepeatedly(step, nested), "small stack", 256 << 10);
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
    assertThat(overflows).isGreaterThan(ROUNDS);
  }

  private void overflowRepeatedly(Step step, boolean nested) {
    // Initialises every class: an overflow inside an initialiser would poison it.
    overflowOnce(step, 0, CAPACITY);
    for (int round = 0; round < ROUNDS; round++) {
      if (nested) {
        try (ArenaScope outer = ArenaControl.openScope()) {
          MemorySegment live = outer.allocate(1000).fill(LIVE);
          overflowOnce(step, round, CAPACITY - 1000);
          assertHolds(live, LIVE);
          assertThat(outer.availableBytes()).isEqualTo(CAPACITY - 1000);
        }
      } else {
        overflowOnce(step, round, CAPACITY);
      }
      ArenaControl.openScope().close();
      ArenaControl.resetArenas(); // throws if a mark were still counted as open
      assertThat(ArenaControl.threadStats().orElseThrow().usedBytes()).isZero();
    }
  }

  private void overflowOnce(Step step, int round, long available) {
    scope = step == Step.OPEN ? null : ArenaControl.openScope();
    done = round == 0; // No overflow in the first round.
    if (done) {
      attempt(step);
    } else {
      descend(step, round % 16);
    }
    if (scope != null && scope.scope().isAlive()) {
      scope.close();
    }
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(available);
      assertHolds(next.allocate(100), (byte) 0);
    }
  }

  /**
   * Recurses to the end of the stack, and on the way back attempts the step at each level until it
   * succeeds.
   */
  private void descend(Step step, int padding) {
    try {
      if (padding > 0) {
        descendWithParameters(step, padding, 1, 2, 3);
      } else {
        descend(step, 0);
      }
      if (!done) {
        attempt(step);
        done = true;
      }
    } catch (StackOverflowError e) {
      overflows++;
    }
  }

  /** Frames of another size, so that each round's attempts have other amounts of stack left. */
  @SuppressWarnings("UnusedVariable") // The parameters are there for their size.
  private void descendWithParameters(Step step, int padding, long a, long b, long c) {
    descend(step, padding - 1);
  }

  private void attempt(Step step) {
    switch (step) {
      case OPEN -> scope = ArenaControl.openScope();
      case ALLOCATE -> {
        if (scope != null) {
          scope.uninitialized().allocate(100, 8).fill(SCRATCH);
        }
      }
      case CLOSE -> {
        if (scope != null && scope.scope().isAlive()) {
          scope.close();
        }
      }
    }
  }

  private static void assertHolds(MemorySegment segment, byte value) {
    byte[] expected = new byte[(int) segment.byteSize()];
    Arrays.fill(expected, value);
    assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
  }
}
