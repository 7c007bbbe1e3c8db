package dev.engram.arena;

import static dev.engram.arena.Abandonment.CAPACITY;
import static dev.engram.arena.Abandonment.KEPT_BYTES;
import static dev.engram.arena.Abandonment.assertHolds;
import static dev.engram.arena.Abandonment.awaitInnermost;
import static dev.engram.arena.Abandonment.awaitNothingQuarantined;
import static dev.engram.arena.Abandonment.awaitRecoveryWithoutAFreshRegion;
import static dev.engram.arena.Abandonment.configure;
import static dev.engram.arena.Abandonment.onNewThread;
import static dev.engram.arena.Abandonment.openAndLeave;
import static dev.engram.arena.Abandonment.overwriteAllThatIsLeft;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes wrong while the region of an abandoned scope is set aside. */
@ExtendWith(DefaultConfiguration.class)
class QuarantineTest {
  private static final int ROUNDS = 10;

  private final AtomicReference<@Nullable MemorySegment> held = new AtomicReference<>();
  private int overflows;
  private boolean done;

  @BeforeEach
  void watchAll() {
    configure(AbandonedScopes.ALL);
  }

  /** Closes with ever more stack left, from almost none until the region is set aside. */
  @Test
  void aStackOverflowAtAnyStepLosesNoRegion() throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              for (int round = 0; round < ROUNDS; round++) {
                overflowOnce(round);
                awaitNothingQuarantined();
              }
            },
            "small stack",
            256 << 10);
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
    assertThat(overflows).isGreaterThan(ROUNDS);
  }

  private void overflowOnce(int padding) {
    ArenaStats before = ArenaControl.stats();
    ArenaScope outer = ArenaControl.openScope();
    MemorySegment kept = openAndLeave();
    awaitInnermost(outer);
    done = padding == 0; // No overflow in the first round, which initialises every class.
    if (done) {
      outer.close();
    } else {
      descend(outer, padding);
    }
    for (int i = 0; i < 2; i++) {
      try (ArenaScope next = ArenaControl.openScope()) {
        assertThat(next.availableBytes()).isEqualTo(CAPACITY);
        next.allocate(CAPACITY, 1).fill((byte) 1);
      }
    }
    assertHolds(kept);
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(1);
    ArenaControl.resetArenas(); // throws if a mark were still counted as open
    assertThat(ArenaControl.threadStats().orElseThrow().usedBytes()).isZero();
  }

  private void descend(ArenaScope scope, int padding) {
    try {
      if (padding % 8 > 0) {
        descendWithParameters(scope, padding - 1, 1, 2, 3);
      } else {
        descend(scope, padding);
      }
      if (!done) {
        if (scope.scope().isAlive()) {
          scope.close();
        } else {
          ArenaControl.openScope().close();
        }
        done = true;
      }
    } catch (StackOverflowError e) {
      overflows++;
    }
  }

  /** Frames of another size, so that each round's attempts have other amounts of stack left. */
  @SuppressWarnings("UnusedVariable") // The parameters are there for their size.
  private void descendWithParameters(ArenaScope scope, int padding, long a, long b, long c) {
    descend(scope, padding);
  }

  /** At the step after the native call, which a stack that has grown so far has room for. */
  @Test
  void aRegionThatWasSetAsideBeforeAnErrorIsFoundByTheNextScope() throws Exception {
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      ArenaScope outer = ArenaControl.openScope();
      held.set(openAndLeave());
      awaitInnermost(outer);
      NativeArena arena = Objects.requireNonNull(ThreadArenas.ifAny());
      closeUpToTheRewind(arena);
      assertThat(arena.abandoned.announce().take(arena.calls.header())).isTrue();
      for (int i = 0; i < 2; i++) {
        overwriteAllThatIsLeft(CAPACITY);
      }
      assertHolds(held.get());
      assertThat(ArenaControl.stats().quarantinedBytes()).isEqualTo(CAPACITY);
      assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(1);
      ArenaControl.resetArenas(); // throws if a mark were still counted as open
      assertThat(outer.scope().isAlive()).isTrue(); // reachable until here
      held.set(null);
      awaitNothingQuarantined();
      return null;
    });
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(1);
  }

  /** Does to the innermost scope, the outermost, what its close does to the arena's fields. */
  private static void closeUpToTheRewind(NativeArena arena) {
    TrackedScope tracked = Objects.requireNonNull(arena.innermostTracked);
    tracked.isOpen = false;
    arena.innermostTracked = tracked.outer;
    arena.unsettledDepth = 0;
    arena.settledOffset = arena.floor;
    arena.depth = 0;
  }

  @Test
  void anAttemptThatFailsIsRepeatedEverMoreSeldom() throws Exception {
    onNewThread(() -> {
      MemorySegment kept = openAndLeave();
      awaitRecoveryWithoutAFreshRegion();
      int failures = 100;
      closeScopes(failures);
      // Not by way of ArenaControl, after which there is an attempt at once.
      NativeConfig.apply(ArenaControl.config().toBuilder().maxTotalBytes(2 * CAPACITY).build());
      int closes = 0;
      while (ArenaControl.stats().quarantinedBytes() == 0 && closes <= 2 * failures) {
        closeScopes(1);
        closes++;
      }
      assertThat(closes).isBetween(10, failures);
      try (ArenaScope scope = ArenaControl.openScope()) {
        assertThat(scope.availableBytes()).isEqualTo(CAPACITY);
      }
      assertHolds(kept);
      return null;
    });
    awaitNothingQuarantined();
  }

  private static void closeScopes(int count) {
    for (int i = 0; i < count; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        assertThat(scope.allocate(KEPT_BYTES).byteSize()).isEqualTo(KEPT_BYTES);
      }
    }
  }
}
