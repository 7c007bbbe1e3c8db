package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that use their arena and end, and what that adds up to. What each does follows from its
 * number, so that the sums are known to the byte. The arenas are of {@link
 * ArenaMappings#POOL_SIZE}, under the strategy of errors.
 */
final class ShortThreads {
  /**
   * Sums that the library is to have counted.
   *
   * @param allocatedBytes bytes handed out
   * @param overflows allocations that did not fit
   * @param abandoned scopes that their thread left open
   */
  record Totals(long scopes, long resets, long allocatedBytes, long overflows, long abandoned) {
    static final Totals NONE = new Totals(0, 0, 0, 0, 0);

    static Totals of(ArenaStats stats) {
      return new Totals(
          stats.totalScopes(),
          stats.totalResets(),
          stats.totalAllocatedBytes(),
          stats.overflowErrors(),
          stats.totalAbandoned());
    }

    Totals plus(Totals more) {
      return new Totals(
          scopes + more.scopes,
          resets + more.resets,
          allocatedBytes + more.allocatedBytes,
          overflows + more.overflows,
          abandoned + more.abandoned);
    }
  }

  private static final int AT_A_TIME = 8;
  private static final int UNIT_BYTES = 64;
  private static final int UNITS = 32;
  private static final int OVERFLOW_EVERY = 3;
  private static final int ABANDON_EVERY = 16;

  private ShortThreads() {}

  /** Lets so many come and go, a few at a time. All have ended when it returns. */
  static Totals comeAndGo(int threads) throws InterruptedException {
    return comeAndGo(threads, () -> {});
  }

  /** The same, each of which does something besides. */
  static Totals comeAndGo(int threads, Runnable besides) throws InterruptedException {
    Totals totals = Totals.NONE;
    for (int started = 0; started < threads; started += AT_A_TIME) {
      int batch = Math.min(AT_A_TIME, threads - started);
      totals = totals.plus(live(batch, besides, () -> {}));
    }
    return totals;
  }

  /** Lets all live at once, and end after {@code whileAllLive}. */
  static Totals liveTogether(int threads, Runnable whileAllLive) throws InterruptedException {
    return live(threads, () -> {}, whileAllLive);
  }

  private static Totals live(int threads, Runnable besides, Runnable whileAllLive)
      throws InterruptedException {
    CountDownLatch used = new CountDownLatch(threads);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Totals totals = Totals.NONE;
    List<Thread> together = new ArrayList<>();
    try {
      for (int i = 0; i < threads; i++) {
        int number = i;
        totals = totals.plus(expected(number));
        together.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    use(number);
                    besides.run();
                  } catch (Throwable t) {
                    failure.set(t);
                  }
                  used.countDown();
                  awaitUninterrupted(leave);
                }));
      }
      used.await();
      whileAllLive.run();
    } finally {
      leave.countDown();
      for (Thread thread : together) {
        thread.join();
      }
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("a thread failed: " + thrown, thrown);
    }
    return totals;
  }

  private static Totals expected(int number) {
    boolean abandons = number % ABANDON_EVERY == 0;
    return new Totals(
        abandons ? 3 : 2,
        abandons ? 2 : 1,
        outerBytes(number) + UNIT_BYTES + (abandons ? UNIT_BYTES : 0),
        number % OVERFLOW_EVERY == 0 ? 1 : 0,
        abandons ? 1 : 0);
  }

  @SuppressWarnings("MustBeClosedChecker") // What is left open is what the thread's end is for.
  private static void use(int number) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(outerBytes(number), UNIT_BYTES);
      try (ArenaScope inner = ArenaControl.openScope()) {
        inner.allocate(UNIT_BYTES, UNIT_BYTES);
      }
      if (number % OVERFLOW_EVERY == 0) {
        overflow(scope);
      }
    }
    if (number % ABANDON_EVERY == 0) {
      ArenaControl.openScope().allocate(UNIT_BYTES, UNIT_BYTES);
    }
  }

  private static void overflow(ArenaScope scope) {
    try {
      scope.allocate(ArenaMappings.POOL_SIZE, UNIT_BYTES);
      throw new IllegalStateException("as much as the whole arena was served");
    } catch (ArenaOverflowException e) {
      // As it should.
    }
  }

  private static long outerBytes(int number) {
    return (1L + number % UNITS) * UNIT_BYTES;
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted, though nobody has a reason to", e);
    }
  }
}
