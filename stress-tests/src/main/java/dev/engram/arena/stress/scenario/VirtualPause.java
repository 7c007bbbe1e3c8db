package dev.engram.arena.stress.scenario;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/** The ways in which a virtual thread leaves its carrier, after which it may go on on another. */
final class VirtualPause {
  private VirtualPause() {}

  static void take(RandomGenerator random, MemorySegment newest) throws InterruptedException {
    switch (random.nextInt(6)) {
      case 0 -> Thread.sleep(1 + random.nextInt(2));
      case 1 -> LockSupport.parkNanos(1);
      case 2 -> new LinkedBlockingQueue<Integer>().poll(1, TimeUnit.MILLISECONDS);
      case 3 -> sleepInsideMonitor();
      // To a virtual thread, a yield.
      default -> Thread.sleep(0);
    }
  }

  private static void sleepInsideMonitor() throws InterruptedException {
    Object own = new Object();
    synchronized (own) {
      Thread.sleep(1);
    }
  }
}
