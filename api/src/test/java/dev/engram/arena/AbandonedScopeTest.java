package dev.engram.arena;

import static dev.engram.arena.Abandonment.CAPACITY;
import static dev.engram.arena.Abandonment.KEPT_BYTES;
import static dev.engram.arena.Abandonment.assertHolds;
import static dev.engram.arena.Abandonment.awaitInnermost;
import static dev.engram.arena.Abandonment.awaitNothingQuarantined;
import static dev.engram.arena.Abandonment.awaitRecovery;
import static dev.engram.arena.Abandonment.awaitRecoveryWithoutAFreshRegion;
import static dev.engram.arena.Abandonment.collectGarbage;
import static dev.engram.arena.Abandonment.configure;
import static dev.engram.arena.Abandonment.onNewThread;
import static dev.engram.arena.Abandonment.openAndLeave;
import static dev.engram.arena.Abandonment.overwriteAllThatIsLeft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.internal.RateLimitedWarning;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Scopes that were never closed and cannot be any more. Each test has a thread of its own, and so
 * an arena whose first scope is its own.
 */
@ExtendWith(DefaultConfiguration.class)
class AbandonedScopeTest {
  private final AtomicReference<@Nullable MemorySegment> held = new AtomicReference<>();
  private final RecordingLogger logger = new RecordingLogger();

  @BeforeEach
  void warnHere() {
    ScopeTracking.warnBy(new RateLimitedWarning(() -> logger, System::nanoTime));
  }

  @AfterEach
  void warnInTheLogOfTheProcess() {
    ScopeTracking.warnBy(RateLimitedWarning.ofProcess());
  }

  @ParameterizedTest
  @EnumSource(
      value = AbandonedScopes.class,
      names = {"SAMPLED", "ALL"})
  void segmentsOfAnAbandonedOuterScopeKeepTheirBytesAndItsThreadGoesOn(AbandonedScopes choice)
      throws Exception {
    configure(choice);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      MemorySegment kept = openAndLeave();
      awaitRecovery(before, 1);
      assertThat(ArenaControl.stats().quarantinedBytes()).isEqualTo(CAPACITY);
      for (int i = 0; i < 3; i++) {
        overwriteAllThatIsLeft(CAPACITY);
      }
      assertHolds(kept);
      return null;
    });
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(1);
    awaitNothingQuarantined();
  }

  @Test
  void segmentsOfAnAbandonedInnerScopeKeepTheirBytesUnderTheScopesThatGoOn() throws Exception {
    configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      MemorySegment kept;
      try (ArenaScope outer = ArenaControl.openScope()) {
        MemorySegment own = outer.allocate(KEPT_BYTES).fill((byte) 1);
        kept = openAndLeave();
        awaitInnermost(outer);
        // What the outer scope allocates lies above.
        assertThat(outer.availableBytes()).isEqualTo(CAPACITY - 2 * KEPT_BYTES);
        overwriteAllThatIsLeft(CAPACITY - 2 * KEPT_BYTES);
        outer.uninitialized().allocate(outer.availableBytes()).fill((byte) 9);
        assertHolds(kept);
        assertThat(own.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
      }
      // The region was set aside when the last scope but the abandoned one closed.
      assertThat(ArenaControl.stats().quarantinedBytes()).isEqualTo(CAPACITY);
      overwriteAllThatIsLeft(CAPACITY);
      assertHolds(kept);
      return null;
    });
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(1);
    awaitNothingQuarantined();
  }

  @Test
  void aQuarantinedRegionIsFreedWhenItsLastSegmentIsGoneThoughTheThreadLives() throws Exception {
    configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      held.set(openAndLeave());
      awaitRecovery(before, 1);
      assertThat(ArenaControl.stats().quarantinedBytes()).isEqualTo(CAPACITY);
      collectGarbage();
      assertThat(ArenaControl.stats().quarantinedBytes()).isEqualTo(CAPACITY);
      held.set(null);
      awaitNothingQuarantined();
      return null;
    });
  }

  @Test
  void memoryThatNobodyCanReadIsUsedAgainAtOnce() throws Exception {
    configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      try (ArenaScope outer = ArenaControl.openScope()) {
        outer.allocate(100);
        for (int i = 0; i < 3; i++) {
          openAndLeave();
        }
        awaitInnermost(outer);
        assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(3);
        assertThat(outer.availableBytes()).isEqualTo(CAPACITY - 100);
      }
      return null;
    });
    assertThat(ArenaControl.stats().quarantinedBytes()).isZero();
  }

  @Test
  void withoutAFreshRegionTheThreadGoesOnAboveTheSegments() throws Exception {
    configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      held.set(openAndLeave());
      awaitRecoveryWithoutAFreshRegion();
      for (int i = 0; i < 3; i++) {
        overwriteAllThatIsLeft(CAPACITY - KEPT_BYTES);
      }
      assertHolds(held.get());
      assertThat(ArenaControl.stats().quarantinedBytes()).isZero();
      held.set(null);
      await()
          .pollInSameThread()
          .until(() -> {
            collectGarbage();
            try (ArenaScope next = ArenaControl.openScope()) {
              return next.availableBytes() == CAPACITY;
            }
          });
      ArenaControl.resetArenas(); // throws if a mark were still counted as open
      return null;
    });
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(1);
  }

  @Test
  void aRegionIsSetAsideLaterWhenThereIsAFreshOneAgain() throws Exception {
    configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      MemorySegment kept = openAndLeave();
      awaitRecoveryWithoutAFreshRegion();
      configure(AbandonedScopes.ALL);
      overwriteAllThatIsLeft(CAPACITY - KEPT_BYTES);
      assertThat(ArenaControl.stats().quarantinedBytes()).isEqualTo(CAPACITY);
      overwriteAllThatIsLeft(CAPACITY);
      assertHolds(kept);
      return null;
    });
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(1);
    awaitNothingQuarantined();
  }

  @Test
  void aScopeThatCanStillBeClosedIsLeftAlone() throws Exception {
    configure(AbandonedScopes.ALL);
    onNewThread(() -> {
      try (ArenaScope outer = ArenaControl.openScope()) {
        ArenaScope inner = ArenaControl.openScope();
        for (int i = 0; i < 5; i++) {
          collectGarbage();
          assertThatIllegalStateException().isThrownBy(() -> outer.allocate(1));
        }
        inner.close();
        assertThat(outer.allocate(1).byteSize()).isEqualTo(1);
      }
      return null;
    });
  }

  @Test
  void anAbandonedScopeBelowOneThatIsOpenWaitsForItsClose() throws Exception {
    configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      MemorySegment kept = openAndLeave();
      try (ArenaScope inner = ArenaControl.openScope()) {
        for (int i = 0; i < 5; i++) {
          collectGarbage();
          overwriteAllThatIsLeft(CAPACITY - KEPT_BYTES);
        }
        assertThat(inner.availableBytes()).isEqualTo(CAPACITY - KEPT_BYTES);
      }
      awaitRecovery(before, 1);
      overwriteAllThatIsLeft(CAPACITY);
      assertHolds(kept);
      return null;
    });
    awaitNothingQuarantined();
  }

  @Test
  void theReportNamesThePlaceWhereTheScopeWasOpened() throws Exception {
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      openAndLeave();
      awaitRecovery(before, 1);
      return null;
    });
    await().until(() -> !logger.warnings.isEmpty());
    assertThat(logger.warnings.getFirst()).contains("never closed", "try-with-resources");
    Throwable opening = Objects.requireNonNull(logger.thrown.getFirst());
    assertThat(opening).hasMessageContaining("abandoning thread");
    assertThat(opening.getStackTrace())
        .anyMatch(frame ->
            frame.getClassName().equals(Abandonment.class.getName())
                && frame.getMethodName().equals("openAndLeave"));
  }

  @Test
  void scopesThatCloseAreNeitherReportedNorCounted() throws Exception {
    configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      for (int i = 0; i < 100; i++) {
        overwriteAllThatIsLeft(CAPACITY);
      }
      collectGarbage();
      collectGarbage();
      return null;
    });
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isZero();
    assertThat(logger.warnings).isEmpty();
  }

  @Test
  void controlNothingIsFoundWhereNothingIsWatched() throws Exception {
    configure(AbandonedScopes.OFF);
    ArenaStats before = ArenaControl.stats();
    onNewThread(() -> {
      openAndLeave();
      for (int i = 0; i < 5; i++) {
        collectGarbage();
        overwriteAllThatIsLeft(CAPACITY - KEPT_BYTES);
      }
      assertThat(ArenaControl.stats().since(before).totalAbandoned()).isZero();
      return null;
    });
    // Its thread has ended.
    await().until(() -> ArenaControl.stats().since(before).totalAbandoned() == 1);
  }
}
