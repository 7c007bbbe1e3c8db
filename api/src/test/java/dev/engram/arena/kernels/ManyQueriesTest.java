package dev.engram.arena.kernels;

import static dev.engram.arena.kernels.Floats.bits;
import static dev.engram.arena.kernels.Vectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.OverflowStrategy;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(KernelArenas.class)
class ManyQueriesTest {
  @ParameterizedTest
  @CsvSource({"1,1,1", "1,50,17", "2,3,16", "24,1000,96", "33,129,130", "100,7,768"})
  void scoresAreThoseOfSingleQueries(int queryCount, int rows, int dimensions) {
    float[][] queries = vectors(queryCount, dimensions, 1, 1);
    try (VectorMatrix matrix = VectorMatrix.copyOf(vectors(rows, dimensions, 2, 1))) {
      float[][] scores = CosineSimilarity.scores(queries, matrix);
      assertThat(scores).hasDimensions(queryCount, rows);
      for (int i = 0; i < queryCount; i++) {
        assertThat(bits(scores[i])).isEqualTo(bits(CosineSimilarity.scores(queries[i], matrix)));
      }
    }
  }

  @Test
  void aSmallArenaGivesTheSameBitsOrThrows() throws Exception {
    float[][] queries = vectors(60, 700, 1, 1);
    float[][] rows = vectors(800, 700, 2, 1);
    try (VectorMatrix matrix = VectorMatrix.copyOf(rows)) {
      KernelArenas.configure(16 << 20, OverflowStrategy.ERROR_RETURN);
      float[][] expected = CosineSimilarity.scores(queries, matrix);
      KernelArenas.configure(64 << 10, OverflowStrategy.FALLBACK);
      assertThat(CosineSimilarity.scores(queries, matrix)).isDeepEqualTo(expected);
      KernelArenas.configure(64 << 10, OverflowStrategy.ERROR_RETURN);
      assertSameOrOverflow(() -> CosineSimilarity.scores(queries, matrix), expected);
    }
  }

  private static void assertSameOrOverflow(Callable<float[][]> call, float[][] expected)
      throws Exception {
    float[][] scores;
    try {
      scores = call.call();
    } catch (ArenaOverflowException overflow) {
      assertThat(overflow.requestedBytes()).isPositive();
      return;
    }
    assertThat(scores).isDeepEqualTo(expected);
  }

  @Test
  void aQueryThatDoesNotFitTheArenaThrowsAndIsServedByFallback() {
    float[][] queries = vectors(3, 20_000, 1, 1);
    try (VectorMatrix matrix = VectorMatrix.copyOf(vectors(5, 20_000, 2, 1))) {
      float[][] expected = CosineSimilarity.scores(queries, matrix);
      KernelArenas.configure(64 << 10, OverflowStrategy.ERROR_RETURN);
      assertThatThrownBy(() -> CosineSimilarity.scores(queries, matrix))
          .isInstanceOf(ArenaOverflowException.class);
      KernelArenas.configure(64 << 10, OverflowStrategy.FALLBACK);
      assertThat(CosineSimilarity.scores(queries, matrix)).isDeepEqualTo(expected);
      assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
    }
  }
}
