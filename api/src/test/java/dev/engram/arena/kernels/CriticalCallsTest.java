package dev.engram.arena.kernels;

import static dev.engram.arena.kernels.Floats.bits;
import static dev.engram.arena.kernels.Vectors.flat;
import static dev.engram.arena.kernels.Vectors.vector;
import static dev.engram.arena.kernels.Vectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaControl;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Critical calls hold up safepoints, and arrays move between them. */
@ExtendWith(KernelArenas.class)
class CriticalCallsTest {
  /**
   * Elements that a core with nothing but SSE scores in 100 microseconds, from memory that no cache
   * has: at 4 GB/s.
   */
  private static final int ELEMENTS_OF_100_MICROSECONDS = 100_000;

  @Test
  void noCallReadsMoreThanTheBound() {
    assertThat(StagedQuery.CRITICAL_ELEMENTS_MAX).isLessThan(ELEMENTS_OF_100_MICROSECONDS);
    assertThat(HeapCopies.PIECE_BYTES_MAX)
        .isLessThan((long) ELEMENTS_OF_100_MICROSECONDS * Float.BYTES);
    for (int dimensions = 1; dimensions < 100_000; dimensions++) {
      assertThat((long) StagedQuery.criticalRows(dimensions) * dimensions)
          .isLessThanOrEqualTo(StagedQuery.CRITICAL_ELEMENTS_MAX);
    }
    assertThat(StagedQuery.criticalRows(Integer.MAX_VALUE)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {768, StagedQuery.CRITICAL_ELEMENTS_MAX + 1})
  void arraysThatTheCollectorMovesGiveTheSameBitsOnAnyNumberOfThreads(int dimensions)
      throws Exception {
    float[] query = vector(dimensions, 1, 1);
    float[][] candidates = vectors(60, dimensions, 2, 1);
    int[] expected = bits(CosineSimilarity.scores(query, candidates));
    AtomicBoolean done = new AtomicBoolean();
    Thread collector =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                System.gc();
              }
            });
    try {
      for (int threads : new int[] {1, 4}) {
        for (int[] scores : onThreads(threads, query, candidates)) {
          assertThat(scores).isEqualTo(expected);
        }
      }
    } finally {
      done.set(true);
      collector.join();
    }
    assertThat(ArenaControl.threadStats().orElseThrow().usedBytes()).isZero();
  }

  private static List<int[]> onThreads(int threads, float[] query, float[][] candidates)
      throws Exception {
    try (var executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<int[]>> calls = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        // Copies, which are young and so move.
        float[] rows = flat(candidates);
        calls.add(() -> bits(CosineSimilarity.scores(query.clone(), rows)));
        calls.add(() -> bits(CosineSimilarity.scores(query.clone(), candidates)));
      }
      List<int[]> scores = new ArrayList<>();
      for (Future<int[]> call : executor.invokeAll(calls)) {
        scores.add(call.get());
      }
      return scores;
    }
  }
}
