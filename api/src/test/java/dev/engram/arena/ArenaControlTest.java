package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DefaultConfiguration.class)
class ArenaControlTest {
  @Test
  void openScopesFinishOnTheirSettingsAndTheNextOutermostTakesOnNewOnes() throws Exception {
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = outer.allocateFrom(ValueLayout.JAVA_LONG, 42L);
      onAnotherThread(() -> {
        ArenaControl.configure(DefaultConfiguration.with(4 << 20, OverflowStrategy.FALLBACK, 5));
        return null;
      });
      assertThat(ArenaControl.config())
          .isEqualTo(DefaultConfiguration.with(4 << 20, OverflowStrategy.FALLBACK, 5));
      try (ArenaScope inner = ArenaControl.openScope()) {
        assertThat(inner.availableBytes()).isEqualTo((1 << 20) - 8);
      }
      assertThat(kept.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    }
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(4 << 20);
    }
    ArenaControl.configure(DefaultConfiguration.with(64 << 10, OverflowStrategy.ERROR_RETURN, 5));
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(64 << 10);
    }
  }

  @Test
  void reconfigurationUnderLoadLosesNothing() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Long>> workers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        long pattern = i;
        workers.add(threads.submit(() -> useScopesUntil(stop, pattern)));
      }
      for (int i = 0; i < 200; i++) {
        ArenaControl.configure(
            DefaultConfiguration.with((64 << 10) << (i % 5), OverflowStrategy.ERROR_RETURN, 0));
        ArenaControl.resetArenas();
      }
      stop.set(true);
      for (Future<Long> worker : workers) {
        assertThat(worker.get()).isPositive();
      }
    }
  }

  private static long useScopesUntil(AtomicBoolean stop, long pattern) {
    long scopes = 0;
    do {
      try (ArenaScope outer = ArenaControl.openScope()) {
        MemorySegment kept = outer.allocateFrom(ValueLayout.JAVA_LONG, pattern);
        try (ArenaScope inner = ArenaControl.openScope()) {
          inner.uninitialized().allocate(inner.availableBytes()).fill((byte) 0x5a);
        }
        assertThat(kept.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(pattern);
      }
      scopes++;
    } while (!stop.get());
    return scopes;
  }

  @Test
  void aResetIsCountedWhenAnOutermostScopeClosesAfterAnAllocation() {
    ArenaStats before = ArenaControl.stats();
    try (ArenaScope outer = ArenaControl.openScope()) {
      assertThat(outer.availableBytes()).isPositive();
    }
    assertThat(ArenaControl.stats().since(before).totalResets()).isZero();
    try (ArenaScope outer = ArenaControl.openScope()) {
      assertThat(outer.availableBytes()).isPositive();
      try (ArenaScope inner = ArenaControl.openScope()) {
        inner.allocate(100);
      }
      assertThat(ArenaControl.stats().since(before).totalResets()).isZero();
    }
    ArenaStats counted = ArenaControl.stats().since(before);
    assertThat(counted.totalResets()).isEqualTo(1);
    assertThat(counted.totalScopes()).isEqualTo(3);
    assertThat(counted.totalAllocatedBytes()).isEqualTo(100);
  }

  @Test
  void statsShowWhatIsInUse() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      ArenaStats before = ArenaControl.stats();
      scope.allocate(10_000, 64);
      ArenaStats after = ArenaControl.stats();
      assertThat(after.usedBytes() - before.usedBytes()).isEqualTo(10_000);
      assertThat(after.liveArenas()).isPositive();
      assertThat(after.reservedBytes()).isGreaterThanOrEqualTo(1 << 20);
      assertThat(after.maxHighWaterMarkBytes()).isGreaterThanOrEqualTo(10_000);
      assertThat(ArenaControl.threadStats())
          .hasValueSatisfying(own -> {
            assertThat(own.capacityBytes()).isEqualTo(1 << 20);
            assertThat(own.usedBytes()).isEqualTo(10_000);
            assertThat(own.highWaterMarkBytes()).isGreaterThanOrEqualTo(10_000);
          });
    }
  }

  @Test
  void resetMetricsStartsANewEpochAtZero() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(500_000);
    }
    ArenaStats before = ArenaControl.stats();
    ArenaControl.resetMetrics();
    ArenaStats after = ArenaControl.stats();
    assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
    assertThat(after.totalResets()).isZero();
    assertThat(after.totalScopes()).isZero();
    assertThat(after.totalAllocatedBytes()).isZero();
    assertThat(after.maxHighWaterMarkBytes()).isLessThan(500_000);
    assertThat(ArenaControl.threadStats())
        .hasValueSatisfying(own -> {
          assertThat(own.resetCount()).isZero();
          assertThat(own.highWaterMarkBytes()).isZero();
        });
    assertThatIllegalArgumentException().isThrownBy(() -> after.since(before));
  }

  @Test
  void whatIsInUseWhenAnEpochBeginsCountsToItsHighWaterMarkAfterTheClose() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      outer.allocate(5000, 1);
      ArenaControl.resetMetrics();
      outer.allocate(4000, 1);
      assertThat(ArenaControl.stats().maxHighWaterMarkBytes()).isEqualTo(9000);
    }
    assertThat(ArenaControl.stats().maxHighWaterMarkBytes()).isEqualTo(9000);
    assertThat(ArenaControl.threadStats().orElseThrow().highWaterMarkBytes()).isEqualTo(9000);
  }

  @Test
  void resetArenasRefusesACallerWithOpenScopesAndSaysHowMany() throws Exception {
    for (Executor executor : Executor.values()) {
      executor.run(() -> {
        try (ArenaScope outer = ArenaControl.openScope()) {
          outer.allocate(1);
          assertThatIllegalStateException()
              .isThrownBy(ArenaControl::resetArenas)
              .withMessageContaining("1 scope open");
          try (ArenaScope inner = ArenaControl.openScope()) {
            inner.allocate(1);
            assertThatIllegalStateException()
                .isThrownBy(ArenaControl::resetArenas)
                .withMessageContaining("2 scopes open");
          }
        }
        ArenaControl.resetArenas();
        return null;
      });
    }
  }

  /** A thread of each kind. */
  private enum Executor {
    PLATFORM {
      @Override
      void run(Callable<Void> action) throws Exception {
        onAnotherThread(action);
      }
    },
    VIRTUAL {
      @Override
      void run(Callable<Void> action) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          threads.submit(action).get();
        }
      }
    };

    abstract void run(Callable<Void> action) throws Exception;
  }

  @Test
  void threadStatsOfAThreadWithoutAnArenaIsEmptyAndMakesNone() throws Exception {
    onAnotherThread(() -> {
      assertThat(ArenaControl.threadStats()).isEmpty();
      assertThat(ArenaControl.threadStats()).isEmpty();
      ArenaControl.openScope().close();
      assertThat(ArenaControl.threadStats()).isPresent();
      return null;
    });
  }

  private static <T> void onAnotherThread(Callable<T> action) throws Exception {
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      thread.submit(action).get();
    }
  }
}
