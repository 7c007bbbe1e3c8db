package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DefaultConfiguration.class)
class OwnArenasTest {
  /** Enough for each of two threads that meet to have its turn in their place. */
  private static final int SCOPES = 20_000;

  @Test
  void threadsThatMeetInOnePlaceEachHaveTheirOwnArena() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    FutureTask<Long> first = new FutureTask<>(() -> useScopes(together));
    FutureTask<Long> second = new FutureTask<>(() -> useScopes(together));
    Thread firstThread = new Thread(first);
    Thread secondThread = new Thread(second);
    // Threads that are not started have numbers too.
    while (OwnArenas.place(secondThread.threadId()) != OwnArenas.place(firstThread.threadId())) {
      secondThread = new Thread(second);
    }
    firstThread.start();
    secondThread.start();
    assertThat(first.get()).isNotEqualTo(second.get());
  }

  /** Returns where the thread's arena is. */
  private static long useScopes(CyclicBarrier together) throws Exception {
    long id = Thread.currentThread().threadId();
    long address = 0;
    together.await(1, TimeUnit.MINUTES);
    for (int i = 0; i < SCOPES; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        MemorySegment own = scope.allocate(ValueLayout.JAVA_LONG);
        own.set(ValueLayout.JAVA_LONG, 0, id);
        Thread.onSpinWait();
        assertThat(own.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(id);
        address = own.address();
      }
    }
    // A thread that has ended would leave its arena to the other.
    together.await(1, TimeUnit.MINUTES);
    return address;
  }

  @Test
  void aPlatformThreadFindsItsArenaAndAVirtualThreadsLeaseIsNotFound() throws Exception {
    FutureTask<Boolean> platform = new FutureTask<>(OwnArenasTest::findsItsArena);
    FutureTask<Boolean> virtual = new FutureTask<>(OwnArenasTest::findsItsArena);
    new Thread(platform).start();
    Thread.startVirtualThread(virtual);
    assertThat(platform.get()).isTrue();
    assertThat(virtual.get()).isFalse();
  }

  private static boolean findsItsArena() {
    boolean found = false;
    for (int i = 0; i < SCOPES && !found; i++) {
      try (ArenaScope _ = ArenaControl.openScope()) {
        NativeArena arena = OwnArenas.find(Thread.currentThread().threadId());
        found = arena != null && arena == ThreadArenas.slot().arena;
      }
    }
    return found;
  }
}
