package dev.engram.arena.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Totals under load: lanes of threads that come and go, one at a time in each lane, while a reader
 * samples. That the sums would show a lost count is seen in {@link #aPlainCounterLosesCounts}.
 */
class CountersTest {
  private static final int LANES = 8;
  private static final int OPERATIONS = Effort.of(5_000_000, 100_000);
  private static final int THREADS_PER_LANE = Effort.of(200, 20);
  private static final long CAPACITY = 1 << 20;

  private static final VarHandle RACING = racing();

  /** Incremented by all without regard to one another. */
  private long racing;

  @AfterEach
  void restoreSettings() {
    configure(OverflowStrategy.ERROR_RETURN);
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR_RETURN", "FALLBACK"})
  void sumsAreExactAndSamplesNeverDecrease(OverflowStrategy strategy) throws Exception {
    configure(strategy);
    long[] before = Counts.totals(ArenaControl.stats());
    CounterReader reader = CounterReader.start(false);
    Counts expected;
    try {
      expected = runLanes(strategy);
    } finally {
      reader.stop();
    }
    // A thread is counted in full before it ends, whenever its arena is given back.
    long[] counted = difference(Counts.totals(ArenaControl.stats()), before);
    if (strategy == OverflowStrategy.FALLBACK) {
      // With what each chunk needs for itself, which a caller does not know.
      assertThat(counted[2]).isGreaterThanOrEqualTo(expected.allocatedBytes);
      expected.allocatedBytes = counted[2];
    }
    assertThat(counted).isEqualTo(expected.totals());
    reader.assertNeverDecreased();
    assertThat(reader.last())
        .satisfies(last -> {
          long[] total = Counts.totals(ArenaControl.stats());
          for (int i = 0; i < total.length; i++) {
            assertThat(last[i]).isLessThanOrEqualTo(total[i]);
          }
        });
    await().untilAsserted(() -> assertThat(ArenaControl.stats().heldFallbackBytes()).isZero());
  }

  @Test
  void samplesNeverDecreaseWithinAnEpochWhileEpochsBegin() throws Exception {
    configure(OverflowStrategy.ERROR_RETURN);
    long epoch = ArenaControl.stats().epoch();
    CounterReader reader = CounterReader.start(true);
    try {
      runLanes(OverflowStrategy.ERROR_RETURN);
    } finally {
      reader.stop();
    }
    reader.assertNeverDecreased();
    assertThat(ArenaControl.stats().epoch()).isGreaterThan(epoch + 10);
    ArenaControl.resetMetrics();
    assertThat(Counts.totals(ArenaControl.stats())).containsOnly(0);
    Counts expected = runLanes(OverflowStrategy.ERROR_RETURN);
    assertThat(Counts.totals(ArenaControl.stats())).isEqualTo(expected.totals());
  }

  @Test
  void aPlainCounterLosesCounts() throws Exception {
    CyclicBarrier start = new CyclicBarrier(LANES);
    inLanes(lane -> {
      start.await();
      for (int i = 0; i < OPERATIONS; i++) {
        RACING.setOpaque(this, (long) RACING.getOpaque(this) + 1);
      }
      return new Counts();
    });
    assertThat(racing).isPositive().isLessThan((long) LANES * OPERATIONS);
  }

  private interface Lane {
    Counts run(int lane) throws Exception;
  }

  private static Counts runLanes(OverflowStrategy strategy) throws Exception {
    return inLanes(lane -> {
      Counts counts = new Counts();
      for (int i = 0; i < THREADS_PER_LANE; i++) {
        CounterWorker worker =
            new CounterWorker(
                (long) lane * THREADS_PER_LANE + i,
                OPERATIONS / THREADS_PER_LANE,
                strategy,
                CAPACITY);
        // One lane in four is of virtual threads, which lease their arenas.
        Thread thread =
            lane % 4 == 3 ? Thread.startVirtualThread(worker) : Thread.ofPlatform().start(worker);
        thread.join();
        counts.add(worker.counts());
      }
      return counts;
    });
  }

  private static Counts inLanes(Lane body) throws Exception {
    Counts counts = new Counts();
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      List<Future<Counts>> results = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        int number = lane;
        results.add(lanes.submit(() -> body.run(number)));
      }
      for (Future<Counts> result : results) {
        counts.add(result.get());
      }
    }
    return counts;
  }

  private static long[] difference(long[] later, long[] earlier) {
    long[] difference = later.clone();
    for (int i = 0; i < later.length; i++) {
      difference[i] -= earlier[i];
    }
    return difference;
  }

  private static void configure(OverflowStrategy strategy) {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(CAPACITY)
            .overflow(strategy)
            .maxFallbackBytes(1L << 30)
            .build());
  }

  private static VarHandle racing() {
    try {
      return MethodHandles.lookup().findVarHandle(CountersTest.class, "racing", long.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no such field", e);
    }
  }
}
