package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.util.concurrent.CountDownLatch;

/** Breaks a run by a thread that keeps a scope open beyond its end, until this is closed. */
final class StayingThread implements AutoCloseable {
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch leave = new CountDownLatch(1);
  private final Thread thread;

  StayingThread(Thread.Builder kind) {
    thread = kind.unstarted(this::hold);
  }

  /** An interlude that starts it on one occasion, and goes on when its scope is open. */
  Interlude onOccasion(long occasion) {
    return Once.onOccasion(
        occasion,
        (random, newest) -> {
          thread.start();
          open.await();
        });
  }

  private void hold() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(64);
      open.countDown();
      leave.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for the thread's end. */
  @Override
  public void close() {
    leave.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
