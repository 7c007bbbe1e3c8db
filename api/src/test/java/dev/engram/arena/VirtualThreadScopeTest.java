package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DefaultConfiguration.class)
class VirtualThreadScopeTest {
  private static MemorySegment fill(ArenaScope scope, long pattern) {
    MemorySegment longs = scope.uninitialized().allocate(ValueLayout.JAVA_LONG, 200);
    for (int i = 0; i < 200; i++) {
      longs.setAtIndex(ValueLayout.JAVA_LONG, i, pattern);
    }
    return longs;
  }

  private static void assertHolds(MemorySegment longs, long pattern) {
    for (int i = 0; i < 200; i++) {
      assertThat(longs.getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(pattern);
    }
  }

  @Test
  void theOutermostScopeLeasesAndGivesBack() throws Exception {
    onVirtualThread(() -> {
      assertThat(ArenaControl.threadStats()).isEmpty();
      try (ArenaScope outer = ArenaControl.openScope()) {
        outer.allocate(100);
        try (ArenaScope inner = ArenaControl.openScope()) {
          assertThat(inner.availableBytes()).isEqualTo((1 << 20) - 100);
        }
        assertThat(ArenaControl.threadStats().orElseThrow().usedBytes()).isEqualTo(100);
      }
      assertThat(ArenaControl.threadStats()).isEmpty();
    });
  }

  @Test
  void oneArenaServesVirtualThreadsThatFollowOneAnother() throws Exception {
    onVirtualThread(() -> ArenaControl.openScope().close());
    long before = ArenaControl.stats().liveArenas();
    for (int i = 0; i < 50; i++) {
      onVirtualThread(() -> ArenaControl.openScope().close());
    }
    assertThat(ArenaControl.stats().liveArenas()).isLessThanOrEqualTo(before);
  }

  @Test
  void leasesTakeOnNewSettings() throws Exception {
    onVirtualThread(() -> ArenaControl.openScope().close());
    ArenaControl.configure(DefaultConfiguration.with(2 << 20, OverflowStrategy.ERROR_RETURN, 0));
    onVirtualThread(() -> {
      try (ArenaScope scope = ArenaControl.openScope()) {
        assertThat(scope.availableBytes()).isEqualTo(2 << 20);
      }
    });
  }

  @Test
  void aThreadThatEndsWithOpenScopesGivesItsArenaBackAndTheyAreCounted() throws Exception {
    ArenaStats before = ArenaControl.stats();
    for (int i = 0; i < 20; i++) {
      onVirtualThread(VirtualThreadScopeTest::openTwoScopesAndLeave);
    }
    // A thread may live a moment longer than its task.
    await()
        .until(() -> {
          ArenaControl.resetArenas(); // looks for them
          return ArenaControl.stats().since(before).totalAbandoned() >= 40;
        });
    assertThat(ArenaControl.stats().since(before).totalAbandoned()).isEqualTo(40);
    assertThat(ArenaControl.stats().usedBytes()).isEqualTo(before.usedBytes());
    for (int i = 0; i < 20; i++) {
      onVirtualThread(() -> {
        try (ArenaScope scope = ArenaControl.openScope()) {
          assertThat(scope.availableBytes()).isEqualTo(1 << 20);
        }
      });
    }
  }

  @Test
  void howeverManyThreadsEndWithOpenScopesAFewArenasServeThem() throws Exception {
    ArenaControl.resetArenas();
    long before = ArenaControl.stats().liveArenas();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 5000; i++) {
        threads.submit(VirtualThreadScopeTest::openTwoScopesAndLeave).get();
      }
    }
    // Nobody looked for them but those that leased after them.
    assertThat(ArenaControl.stats().liveArenas()).isLessThan(before + 500);
  }

  @SuppressWarnings("MustBeClosedChecker") // That they are not is the point.
  private static void openTwoScopesAndLeave() {
    ArenaControl.openScope().allocate(100);
    ArenaControl.openScope().allocate(100);
  }

  @Test
  void aLeaseOfAThreadThatIsAliveIsNotTakenFromIt() throws Exception {
    onVirtualThread(() -> {
      try (ArenaScope scope = ArenaControl.openScope()) {
        MemorySegment longs = fill(scope, 42);
        for (int i = 0; i < 100; i++) {
          ThreadArenas.returnIdleLeases();
          assertThatNoOtherThreadOverwrites();
        }
        assertHolds(longs, 42);
      }
    });
  }

  private static void assertThatNoOtherThreadOverwrites() {
    try {
      onVirtualThread(() -> {
        try (ArenaScope scope = ArenaControl.openScope()) {
          fill(scope, 43);
        }
      });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** What a stack overflow leaves between the exchange that takes a lease and all that follows. */
  @Test
  void aLeaseThatWasTakenAndNoMoreIsFoundWhenItsThreadHasEnded() throws Exception {
    onVirtualThread(() -> ArenaControl.openScope().close());
    NativeArena[] lost = new NativeArena[1];
    Thread thread =
        Thread.startVirtualThread(() -> lost[0] = ThreadArenas.IDLE.take(ThreadArenas.slot()));
    thread.join();
    assertThat(lost[0]).isNotNull();
    assertThat(ThreadArenas.returnIdleLeases()).isTrue();
    assertThat(lost[0].lessee).isNull();
    onVirtualThread(() -> {
      try (ArenaScope scope = ArenaControl.openScope()) {
        assertThat(scope.availableBytes()).isEqualTo(1 << 20);
      }
    });
  }

  @Test
  void idleLeasesThatJavaKeepsAreServedWithTheOthers() throws Exception {
    onVirtualThread(() -> {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(500_000).fill((byte) 1);
      }
    });
    ArenaControl.trim();
    assertThat(ThreadArenas.returnIdleLeases()).isFalse();
  }

  @Test
  void leasesThatJavaKeepsGiveWayWhenThereIsNoOtherMemory() throws Exception {
    onVirtualThread(() -> ArenaControl.openScope().close());
    ArenaControl.configure(DefaultConfiguration.DEFAULT.toBuilder().maxTotalBytes(1 << 20).build());
    Thread thread =
        Thread.ofPlatform()
            .start(() -> onVirtualThreadUnchecked(() -> ArenaControl.openScope().close()));
    thread.join();
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.allocate(1 << 20).byteSize()).isEqualTo(1 << 20);
    }
  }

  private static void onVirtualThreadUnchecked(Runnable action) {
    try {
      onVirtualThread(action);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void onVirtualThread(Runnable action) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.submit(action).get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
