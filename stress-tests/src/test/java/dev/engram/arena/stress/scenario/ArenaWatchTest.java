package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArenaWatchTest {
  @BeforeEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void anArenaThatStaysIsFound() throws InterruptedException {
    ArenaWatch watch = ArenaWatch.start();
    CountDownLatch used = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread holder = Thread.ofPlatform().start(() -> holdArena(used, leave));
    used.await();
    assertThat(watch.threadsLeaveNothingBehind(Duration.ofMillis(50)).held()).isFalse();
    assertThat(ArenaWatch.nothingIsInUse(watch.sinceStart()).held()).isFalse();
    leave.countDown();
    holder.join();
    assertThat(watch.threadsLeaveNothingBehind().held()).isTrue();
    assertThat(ArenaWatch.nothingIsInUse(watch.sinceStart()).held()).isTrue();
    assertThat(watch.sinceStart().totalResets()).isEqualTo(1);
  }

  private static void holdArena(CountDownLatch used, CountDownLatch leave) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(64);
      used.countDown();
      leave.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
