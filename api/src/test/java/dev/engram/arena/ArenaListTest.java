package dev.engram.arena;

import static dev.engram.arena.Abandonment.CAPACITY;
import static dev.engram.arena.Abandonment.assertHolds;
import static dev.engram.arena.Abandonment.awaitNothingQuarantined;
import static dev.engram.arena.Abandonment.awaitRecovery;
import static dev.engram.arena.Abandonment.collectGarbage;
import static dev.engram.arena.Abandonment.onNewThread;
import static dev.engram.arena.Abandonment.openAndLeave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link ArenaControl#arenas()}. */
@ExtendWith(DefaultConfiguration.class)
class ArenaListTest {
  /** A thread that stays inside a scope until it is told to leave. */
  private static final class Inside {
    private final CountDownLatch leave = new CountDownLatch(1);
    private final FutureTask<@Nullable Void> task;
    final Thread thread;

    Inside(Thread.Builder builder, long bytes) throws InterruptedException {
      CountDownLatch inside = new CountDownLatch(1);
      task =
          new FutureTask<>(() -> {
            try (ArenaScope scope = ArenaControl.openScope()) {
              scope.allocate(bytes, 1);
              inside.countDown();
              leave.await();
            }
            return null;
          });
      thread = builder.start(task);
      inside.await();
    }

    void leave() throws Exception {
      leave.countDown();
      task.get();
      thread.join();
    }
  }

  private static Optional<ArenaUsage> of(String threadName) {
    return ArenaControl.arenas().stream()
        .filter(arena -> arena.threadName().equals(threadName))
        .findAny();
  }

  @Test
  void eachPlatformThreadHasItsOwn() throws Exception {
    List<Inside> threads = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      threads.add(new Inside(Thread.ofPlatform().name("worker " + i), i * 1000L));
    }
    for (int i = 1; i <= 4; i++) {
      ArenaUsage arena = of("worker " + i).orElseThrow();
      assertThat(arena)
          .isEqualTo(
              new ArenaUsage(
                  arena.slot(),
                  ArenaState.OWNED,
                  "worker " + i,
                  1 << 20,
                  i * 1000L,
                  i * 1000L,
                  0,
                  0,
                  0));
    }
    threads.getFirst().thread.setName("renamed");
    assertThat(of("renamed").orElseThrow().usedBytes()).isEqualTo(1000);
    for (Inside thread : threads) {
      thread.leave();
    }
    await().until(() -> of("renamed").isEmpty() && of("worker 2").isEmpty());
  }

  @Test
  void howeverManyThereAreAllAreListed() throws Exception {
    List<Inside> threads = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      threads.add(new Inside(Thread.ofPlatform().name("one of many"), 10));
    }
    assertThat(ArenaControl.arenas())
        .filteredOn(arena -> arena.threadName().equals("one of many"))
        .hasSize(150)
        .allSatisfy(arena -> assertThat(arena.usedBytes()).isEqualTo(10));
    for (Inside thread : threads) {
      thread.leave();
    }
  }

  @Test
  void aVirtualThreadHasItsOnlyWhileItIsInside() throws Exception {
    Inside named = new Inside(Thread.ofVirtual().name("named"), 100);
    Inside unnamed = new Inside(Thread.ofVirtual(), 200);
    String number = "#" + unnamed.thread.threadId();
    ArenaUsage leased = of("named").orElseThrow();
    assertThat(leased.state()).isEqualTo(ArenaState.LEASED);
    assertThat(leased.usedBytes()).isEqualTo(100);
    assertThat(of(number).orElseThrow().usedBytes()).isEqualTo(200);
    assertThat(of(number).orElseThrow().state()).isEqualTo(ArenaState.LEASED);

    named.leave();
    unnamed.leave();

    assertThat(of("named")).isEmpty();
    assertThat(of(number)).isEmpty();
    assertThat(ArenaControl.arenas())
        .filteredOn(arena -> arena.slot() == leased.slot())
        .singleElement()
        .satisfies(arena -> assertThat(arena.state()).isEqualTo(ArenaState.POOLED))
        .satisfies(arena -> assertThat(arena.usedBytes()).isZero());
  }

  @Test
  void whatOverflowsIsCountedWhereItDoes() throws Exception {
    ArenaControl.configure(DefaultConfiguration.with(1 << 20, OverflowStrategy.FALLBACK, 4 << 20));
    Inside other = new Inside(Thread.ofPlatform().name("other"), 10);
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(2 << 20, 1);
      assertThatExceptionOfType(ArenaOverflowException.class)
          .isThrownBy(() -> scope.allocate(8 << 20, 1));
      ArenaUsage own = of(Thread.currentThread().getName()).orElseThrow();
      assertThat(own.usedFallbackBytes()).isBetween(2L << 20, 3L << 20);
      assertThat(own.usedBytes()).isZero();
      assertThat(own.usedShare()).isGreaterThan(2);
      assertThat(own.overflowCount()).isGreaterThanOrEqualTo(2);
      assertThat(of("other").orElseThrow().overflowCount()).isZero();
      ArenaControl.resetMetrics();
      assertThat(of(Thread.currentThread().getName()).orElseThrow().overflowCount()).isZero();
    }
    other.leave();
  }

  @Test
  void theNextArenaOfASlotCountsFromNothing() throws Exception {
    onNewThread(() -> {
      for (int i = 0; i < 5; i++) {
        try (ArenaScope scope = ArenaControl.openScope()) {
          scope.allocate(50_000);
        }
      }
      ArenaUsage arena = of("abandoning thread").orElseThrow();
      assertThat(arena.resetCount()).isEqualTo(5);
      assertThat(arena.usedBytes()).isZero();
      assertThat(arena.highWaterMarkBytes()).isEqualTo(50_000);
      return null;
    });
    await().until(() -> of("abandoning thread").isEmpty());
    onNewThread(() -> {
      ArenaControl.openScope().close();
      assertThat(of("abandoning thread").orElseThrow().resetCount()).isZero();
      assertThat(of("abandoning thread").orElseThrow().highWaterMarkBytes()).isZero();
      return null;
    });
  }

  @Test
  void aQuarantinedRegionIsListedUntilItIsReleased() throws Exception {
    Abandonment.configure(AbandonedScopes.ALL);
    ArenaStats before = ArenaControl.stats();
    AtomicReference<@Nullable MemorySegment> held = new AtomicReference<>();
    onNewThread(() -> {
      held.set(openAndLeave());
      awaitRecovery(before, 1);
      assertThat(quarantined())
          .singleElement()
          .satisfies(arena -> assertThat(arena.capacityBytes()).isEqualTo(CAPACITY))
          .satisfies(arena -> assertThat(arena.threadName()).isEmpty());
      assertHolds(held.get());
      held.set(null);
      awaitNothingQuarantined();
      assertThat(quarantined()).isEmpty();
      return null;
    });
  }

  private static List<ArenaUsage> quarantined() {
    return ArenaControl.arenas().stream()
        .filter(arena -> arena.state() == ArenaState.QUARANTINED)
        .toList();
  }

  @Test
  void theListKeepsNoThreadAlive() throws Exception {
    WeakReference<Thread> thread = threadThatHadAnArena();
    await()
        .pollInSameThread()
        .until(() -> {
          collectGarbage();
          return thread.refersTo(null);
        });
  }

  private static WeakReference<Thread> threadThatHadAnArena() throws InterruptedException {
    Thread thread = Thread.ofPlatform().start(() -> ArenaControl.openScope().close());
    thread.join();
    return new WeakReference<>(thread);
  }

  @Test
  void noFiguresOfDifferentArenasAreMixedWhileThreadsComeAndGo() throws Exception {
    boolean done = false;
    FutureTask<@Nullable Void> work =
        new FutureTask<>(() -> {
          for (int round = 0; round < 300; round++) {
            ArenaControl.configure(
                DefaultConfiguration.with(
                    (64L << 10) << round % 3, OverflowStrategy.ERROR_RETURN, 0));
            Thread platform = Thread.ofPlatform().start(ArenaListTest::fillTwice);
            Thread virtual = Thread.ofVirtual().start(ArenaListTest::fillTwice);
            platform.join();
            virtual.join();
          }
          return null;
        });
    Thread worker = Thread.ofPlatform().start(work);
    while (!done) {
      done = work.isDone();
      List<ArenaUsage> arenas = ArenaControl.arenas();
      assertThat(arenas).extracting(ArenaUsage::slot).doesNotHaveDuplicates().isSorted();
      assertThat(arenas)
          .allSatisfy(arena -> {
            assertThat(arena.usedBytes()).isLessThanOrEqualTo(arena.highWaterMarkBytes());
            assertThat(arena.highWaterMarkBytes()).isLessThanOrEqualTo(arena.capacityBytes());
          });
    }
    work.get();
    worker.join();
    await().until(() -> ArenaControl.stats().liveArenas() == regions());
  }

  private static long regions() {
    return ArenaControl.arenas().stream()
        .filter(arena -> arena.state() != ArenaState.QUARANTINED && arena.capacityBytes() > 0)
        .count();
  }

  private static void fillTwice() {
    for (int i = 0; i < 2; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(scope.availableBytes(), 1);
      }
    }
  }
}
