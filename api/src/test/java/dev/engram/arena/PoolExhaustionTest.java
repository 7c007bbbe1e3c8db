package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** There is memory for one arena, and this thread is using it. */
@ExtendWith(DefaultConfiguration.class)
class PoolExhaustionTest {
  private static final int CAPACITY = 64 << 10;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void exceptionSaysThatThePoolIsEmptyAndWhatToChange(boolean virtual) throws Exception {
    configure(OverflowStrategy.ERROR_RETURN, CAPACITY);
    try (ArenaScope scope = ArenaControl.openScope()) {
      ArenaStats before = ArenaControl.stats();
      onAnotherThread(
          virtual,
          () ->
              assertThatThrownBy(ArenaControl::openScope)
                  .isInstanceOfSatisfying(
                      ArenaOverflowException.class,
                      refusal -> {
                        assertThat(refusal.requestedBytes()).isEqualTo(CAPACITY);
                        assertThat(refusal.availableBytes()).isZero();
                        assertThat(refusal.capacityBytes()).isZero();
                      })
                  .hasMessageContainingAll(
                      "The pool of arenas is empty, not an arena",
                      "may hold 65536 bytes, another one needs 65536",
                      "engram.arena.max_total, ENGRAM_ARENA_MAX_TOTAL or ArenaConfig.maxTotalBytes",
                      "engram.arena.size",
                      "fallback (engram.arena.overflow"));
      assertThat(ArenaControl.stats().since(before).totalRefusedArenas()).isEqualTo(1);
      assertThat(scope.allocate(CAPACITY, 1).byteSize()).isEqualTo(CAPACITY);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void controlMemoryForTwoArenasIsEnough(boolean virtual) throws Exception {
    configure(OverflowStrategy.ERROR_RETURN, 2 * CAPACITY);
    try (ArenaScope scope = ArenaControl.openScope()) {
      onAnotherThread(
          virtual,
          () -> {
            try (ArenaScope other = ArenaControl.openScope()) {
              return other.allocate(CAPACITY, 1);
            }
          });
      assertThat(scope.allocate(CAPACITY, 1).byteSize()).isEqualTo(CAPACITY);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theArenaOfAnIdleThreadGivesWay(boolean virtual) throws Exception {
    configure(OverflowStrategy.ERROR_RETURN, CAPACITY);
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(100);
    }
    onAnotherThread(
        virtual,
        () -> {
          try (ArenaScope other = ArenaControl.openScope()) {
            return other.allocate(CAPACITY, 1);
          }
        });
  }

  /** The lease is in Java's cache, which native code does not see. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anOverflowThatAnIdleLeaseMakesRoomForIsServed(boolean virtual) throws Exception {
    configure(OverflowStrategy.FALLBACK, 3 * CAPACITY);
    onAnotherThread(
        virtual,
        () -> {
          try (ArenaScope scope = ArenaControl.openScope()) {
            onAnotherThread(true, () -> leaseAndReturn());
            ArenaStats before = ArenaControl.stats();
            assertThat(scope.allocate(CAPACITY + 4096, 1).byteSize()).isEqualTo(CAPACITY + 4096);
            ArenaStats counted = ArenaControl.stats().since(before);
            assertThat(counted.overflowErrors()).isZero();
            assertThat(counted.overflowFallbacks()).isEqualTo(1);
          }
          return null;
        });
  }

  @Test
  void aRequestThatIsServedAtTheSecondAttemptIsNotCountedAsRefused() throws Exception {
    configure(OverflowStrategy.ERROR_RETURN, CAPACITY);
    ArenaStats before = ArenaControl.stats();
    for (boolean virtual : new boolean[] {true, false, true}) {
      Thread.startVirtualThread(PoolExhaustionTest::leaseAndLeave).join();
      onAnotherThread(virtual, () -> leaseAndReturn());
    }
    assertThat(ArenaControl.stats().since(before).totalRefusedArenas()).isZero();
  }

  private static long leaseAndReturn() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return scope.availableBytes();
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // That it is not is the point.
  private static void leaseAndLeave() {
    ArenaControl.openScope().allocate(1);
  }

  /** A chunk is a page larger than what it was made for, and at least 64 KiB. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void underFallbackScopesDoWithoutARegionAndOverflow(boolean virtual) throws Exception {
    configure(OverflowStrategy.FALLBACK, 2 * CAPACITY - 1);
    List<ArenaOverflow> overflows = new ArrayList<>();
    try (var registration = ArenaControl.onOverflow(overflows::add);
        ArenaScope first = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      assertThat(first.availableBytes()).isEqualTo(CAPACITY);
      onAnotherThread(
          virtual,
          () -> {
            try (ArenaScope scope = ArenaControl.openScope()) {
              assertThat(scope.availableBytes()).isZero();
              assertThatThrownBy(() -> scope.allocate(1))
                  .isInstanceOf(ArenaOverflowException.class)
                  .hasMessageContainingAll(
                      "has no arena to fit into: the pool of arenas is empty",
                      "engram.arena.max_total",
                      "engram.arena.max_fallback");
            }
            return null;
          });
      assertThat(overflows)
          .containsExactly(new ArenaOverflow(OverflowStrategy.FALLBACK, false, false, 1, 1, 0, 0));

      configure(OverflowStrategy.FALLBACK, 2 * CAPACITY + 4096);
      onAnotherThread(
          virtual,
          () -> {
            try (ArenaScope scope = ArenaControl.openScope()) {
              return scope.allocate(CAPACITY, 1).fill((byte) 1);
            }
          });
    }
    assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
  }

  @Test
  void anArenaForWhichThereIsNoLargerRegionKeepsItsOwnAndIsCounted() throws Exception {
    configure(OverflowStrategy.ERROR_RETURN, 2 * CAPACITY);
    ArenaControl.openScope().close();
    CountDownLatch opened = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Boolean> holder =
          threads.submit(() -> {
            try (ArenaScope scope = ArenaControl.openScope()) {
              opened.countDown();
              done.await();
              return scope.allocate(CAPACITY, 1).byteSize() == CAPACITY;
            }
          });
      try {
        assertThat(opened.await(30, TimeUnit.SECONDS)).isTrue();
        ArenaStats before = ArenaControl.stats();
        ArenaControl.configure(
            ArenaControl.config().toBuilder().poolSizeBytes(2 * CAPACITY).build());
        try (ArenaScope scope = ArenaControl.openScope()) {
          assertThat(scope.availableBytes()).isEqualTo(CAPACITY);
        }
        ArenaStats after = ArenaControl.stats();
        assertThat(after.since(before).totalFailedRemaps()).isEqualTo(1);
        // The warning has noticed by itself.
        await().until(() -> RemapWarning.PROCESS.total() == after.totalFailedRemaps());
      } finally {
        done.countDown();
      }
      assertThat(holder.get()).isTrue();
    }
  }

  private static void configure(OverflowStrategy strategy, long maxTotalBytes) {
    ArenaControl.configure(
        DefaultConfiguration.with(CAPACITY, strategy, Long.MAX_VALUE).toBuilder()
            .maxTotalBytes(maxTotalBytes)
            .build());
  }

  private static <T> void onAnotherThread(boolean virtual, Callable<T> action) throws Exception {
    try (ExecutorService thread =
        virtual
            ? Executors.newVirtualThreadPerTaskExecutor()
            : Executors.newSingleThreadExecutor()) {
      thread.submit(action).get();
    }
  }
}
