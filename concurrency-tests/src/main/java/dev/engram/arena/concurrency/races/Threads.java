package dev.engram.arena.concurrency.races;

/** Waiting for threads, where jcstress's runners let no checked exception pass. */
final class Threads {
  private Threads() {}

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted, though nobody has a reason to", e);
    }
  }
}
