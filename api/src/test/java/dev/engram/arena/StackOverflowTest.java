package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Opens, allocates or closes with ever more stack left, from almost none until it succeeds. Each
 * attempt but the last overflows, and further along than the one before.
 */
@ExtendWith(DefaultConfiguration.class)
class StackOverflowTest {
  private static final int CAPACITY = 1 << 20;
  private static final int ROUNDS = 40;
  private static final byte LIVE = 0x11;
  private static final byte SCRATCH = 0x22;

  enum Step {
    OPEN,
    ALLOCATE,
    CLOSE
  }

  /** What takes other ways through the code. */
  enum Settings {
    DEFAULT,
    /** Each allocation is one beyond the arena. */
    OVERFLOWING,
    ZERO_ON_RESET,
    ALL_WATCHED;

    ArenaConfig config() {
      ArenaConfig.Builder builder = DefaultConfiguration.DEFAULT.toBuilder();
      return switch (this) {
        case DEFAULT -> builder.build();
        case OVERFLOWING -> builder.overflow(OverflowStrategy.FALLBACK).build();
        case ZERO_ON_RESET -> builder.zeroOnReset(true).build();
        case ALL_WATCHED -> builder.abandonedScopes(AbandonedScopes.ALL).build();
      };
    }

    long allocationBytes() {
      return this == OVERFLOWING ? CAPACITY + 100 : 100;
    }
  }

  static Stream<Arguments> cases() {
    return Stream.of(Settings.values())
        .flatMap(settings ->
            Stream.of(Step.values())
                .flatMap(step ->
                    Stream.of(arguments(settings, step, true), arguments(settings, step, false))));
  }

  private Settings settings = Settings.DEFAULT;
  private @Nullable ArenaScope scope;
  private boolean done;
  private int overflows;

  @ParameterizedTest
  @MethodSource("cases")
  void overflowLeavesLiveDataAloneAndTheNextScopeSound(Settings with, Step step, boolean nested)
      throws InterruptedException {
    settings = with;
    ArenaControl.configure(settings.config());
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
      assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
    }
  }

  private void overflowOnce(Step step, int round, long available) {
    scope = step == Step.OPEN ? null : ArenaControl.openScope();
    if (step == Step.CLOSE && scope != null) {
      scope.uninitialized().allocate(settings.allocationBytes(), 8).fill(SCRATCH);
    }
    done = round == 0; // No overflow in the first round.
    if (done) {
      attempt(step);
    } else {
      descend(step, round % 16);
    }
    ArenaScope used = scope;
    if (used != null && used.scope().isAlive()) {
      used.close();
    }
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(available);
      if (used != null) {
        // Also where its close failed half-way, and the next one is as deep.
        assertThatIllegalStateException().isThrownBy(() -> used.allocate(2000));
        assertThatIllegalStateException().isThrownBy(used::close);
      }
      if (settings == Settings.ZERO_ON_RESET) {
        assertHolds(next.uninitialized().allocate(next.availableBytes()), (byte) 0);
      } else {
        assertHolds(next.allocate(100), (byte) 0);
      }
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
          scope.uninitialized().allocate(settings.allocationBytes(), 8).fill(SCRATCH);
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
