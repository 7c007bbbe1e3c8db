package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DefaultConfiguration.class)
class ThreadArenasTest {
  private static final ThreadLocal<Boolean> CANARY = ThreadLocal.withInitial(() -> false);

  @Test
  void aThreadOfTheCommonPoolHasOneArenaThoughItsThreadLocalsAreErased() {
    Map<Thread, Set<NativeArena>> arenas = new ConcurrentHashMap<>();
    AtomicInteger erasures = new AtomicInteger();
    // Thread locals are erased when a thread has run out of tasks, which takes it a moment.
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(() -> {
          CompletableFuture.runAsync(() -> recordArena(arenas, erasures), ForkJoinPool.commonPool())
              .get();
          return erasures.get() >= 20;
        });
    assertThat(arenas.values()).isNotEmpty().allSatisfy(own -> assertThat(own).hasSize(1));
  }

  private static void recordArena(Map<Thread, Set<NativeArena>> arenas, AtomicInteger erasures) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(100);
      Set<NativeArena> own =
          arenas.computeIfAbsent(Thread.currentThread(), t -> ConcurrentHashMap.newKeySet());
      if (!own.isEmpty() && !CANARY.get()) {
        erasures.incrementAndGet();
      }
      own.add(Objects.requireNonNull(ThreadArenas.ifAny()));
      CANARY.set(true);
    }
  }

  @Test
  void aScopeHeldWhileThreadLocalsAreErasedKeepsItsMemory() {
    HeldScope held = new HeldScope();
    ForkJoinPool.commonPool().execute(held::open);
    await().until(() -> held.thread != null);
    await()
        .until(() ->
            CompletableFuture.supplyAsync(held::useIfOnItsThread, ForkJoinPool.commonPool()).get());
    assertThat(held.failure.get()).isNull();
  }

  /** A scope that is opened by one task and closed by another, on the same thread. */
  private static final class HeldScope {
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable ArenaScope scope;
    private @Nullable MemorySegment segment;
    private volatile @Nullable Thread thread;

    void open() {
      scope = ArenaControl.openScope();
      segment = scope.allocateFrom(ValueLayout.JAVA_LONG, 42L);
      thread = Thread.currentThread();
    }

    boolean useIfOnItsThread() {
      if (Thread.currentThread() != thread) {
        return false;
      }
      try {
        MemorySegment kept = Objects.requireNonNull(segment);
        try (ArenaScope inner = ArenaControl.openScope()) {
          assertThat(inner.allocate(8, 8).address()).isEqualTo(kept.address() + 8);
        }
        assertThat(kept.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        Objects.requireNonNull(scope).close();
        assertThat(ArenaControl.threadStats().orElseThrow().usedBytes()).isZero();
      } catch (Throwable e) {
        failure.set(e);
      }
      return true;
    }
  }

  @Test
  void anEndedThreadLeavesNoArenaBehind() throws InterruptedException {
    long before = ArenaControl.stats().liveArenas();
    CountDownLatch allOpen = new CountDownLatch(20);
    CountDownLatch counted = new CountDownLatch(1);
    Thread[] threads = new Thread[20];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = Thread.ofPlatform().start(() -> holdScopeUntil(counted, allOpen));
    }
    allOpen.await();
    assertThat(ArenaControl.stats().liveArenas()).isGreaterThanOrEqualTo(20);
    counted.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    // A join may return before the native thread has given its arena back.
    await().until(() -> ArenaControl.stats().liveArenas() <= before);
  }

  private static void holdScopeUntil(CountDownLatch end, CountDownLatch opened) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(1000);
      opened.countDown();
      end.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aNewOwnerOfASlotCountsFromZero() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      AtomicReference<@Nullable ThreadArenaStats> stats = new AtomicReference<>();
      Thread thread =
          new Thread(() -> {
            try (ArenaScope scope = ArenaControl.openScope()) {
              scope.allocate(1000);
            }
            stats.set(ArenaControl.threadStats().orElseThrow());
          });
      thread.start();
      thread.join();
      ThreadArenaStats seen = Objects.requireNonNull(stats.get());
      assertThat(seen.resetCount()).isEqualTo(1);
      assertThat(seen.overflowCount()).isZero();
      assertThat(seen.usedBytes()).isZero();
      assertThat(seen.highWaterMarkBytes()).isGreaterThanOrEqualTo(1000);
    }
  }
}
