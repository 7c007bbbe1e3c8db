package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Each call on matrices that is refused is refused before it opens a scope, and so before it
 * reaches native code.
 */
class MatrixScoresInputTest {
  private final Arena arena = Arena.ofConfined();
  private final VectorMatrix matrix = VectorMatrix.copyOf(new float[][] {{1, 2, 3}, {4, 5, 6}});
  private final VectorMatrix narrow = VectorMatrix.copyOf(new float[][] {{1, 2}});
  private final MemorySegment query = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
  private final MemorySegment scores = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 7, 7);
  private final MemorySegment heap = MemorySegment.ofArray(new float[] {1, 2, 3});
  private final ArenaStats before = ArenaControl.stats();

  @AfterEach
  void nothingWasOpenedOrWritten() {
    assertThat(ArenaControl.stats().since(before).totalScopes()).isZero();
    assertThat(scores.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(7, 7);
    arena.close();
    matrix.close();
    narrow.close();
  }

  private static void assertRefused(String message, ThrowingCallable... calls) {
    for (ThrowingCallable call : calls) {
      assertThatIllegalArgumentException().isThrownBy(call).withMessageStartingWith(message);
    }
  }

  @Test
  void queryOfAnotherSizeIsRefused() {
    assertRefused(
        "query has 2 dimensions; allowed is as many as candidates has, 3",
        () -> CosineSimilarity.scores(new float[2], matrix),
        () -> CosineSimilarity.scores(query.asSlice(4), matrix, scores),
        () -> CosineSimilarity.topK(new float[2], matrix, 1),
        () -> CosineSimilarity.topK(query.asSlice(4), matrix, 1));
    assertRefused(
        "query has 0 dimensions",
        () -> CosineSimilarity.scores(new float[0], matrix),
        () -> CosineSimilarity.scores(MemorySegment.NULL, matrix, scores));
    assertRefused(
        "queries has 2 dimensions; allowed is as many as candidates has, 3",
        () -> CosineSimilarity.scores(narrow, matrix, scores));
    assertRefused(
        "queries[1] has 4 elements; allowed is as many as a row has, 3",
        () -> CosineSimilarity.scores(new float[][] {{1, 2, 3}, {1, 2, 3, 4}}, matrix));
    assertRefused("queries is empty", () -> CosineSimilarity.scores(new float[0][], matrix));
  }

  @Test
  void heapSegmentsAreRefusedByName() {
    assertRefused(
        "query is a heap segment",
        () -> CosineSimilarity.scores(heap, matrix, scores),
        () -> CosineSimilarity.topK(heap, matrix, 1));
    assertRefused(
        "scores is a heap segment",
        () -> CosineSimilarity.scores(query, matrix, heap),
        () -> CosineSimilarity.scores(matrix, matrix, heap));
  }

  @Test
  void unalignedSegmentsAreRefusedByName() {
    MemorySegment odd = arena.allocate(32, 8).asSlice(2, 12);
    assertRefused("query starts 2 bytes", () -> CosineSimilarity.scores(odd, matrix, scores));
    assertRefused(
        "scores starts 2 bytes",
        () -> CosineSimilarity.scores(query, matrix, odd.asSlice(0, 8)),
        () -> CosineSimilarity.scores(matrix, matrix, odd));
  }

  @Test
  void scoresOfAnotherSizeAreRefused() {
    assertRefused(
        "scores has 1 floats; allowed is 2",
        () -> CosineSimilarity.scores(query, matrix, scores.asSlice(4)));
    assertRefused(
        "scores has 3 floats; allowed is 2",
        () -> CosineSimilarity.scores(query, matrix, arena.allocate(12, 4)));
    assertRefused(
        "scores has 2 floats; allowed is 4", () -> CosineSimilarity.scores(matrix, matrix, scores));
  }

  @Test
  void readOnlyScoresAreRefused() {
    MemorySegment readOnly = arena.allocate(16, 4).asReadOnly();
    assertRefused(
        "scores is read-only",
        () -> CosineSimilarity.scores(query, matrix, scores.asReadOnly()),
        () -> CosineSimilarity.scores(matrix, matrix, readOnly));
  }

  @Test
  void scoresThatOverlapTheQueryAreRefused() {
    assertRefused(
        "scores overlaps query",
        () -> CosineSimilarity.scores(query, matrix, query.asSlice(0, 8)),
        () -> CosineSimilarity.scores(query, matrix, query.asSlice(4, 8)));
  }

  @Test
  void closedSegmentsAreRefusedByName() {
    MemorySegment closed;
    try (Arena shortLived = Arena.ofConfined()) {
      closed = shortLived.allocate(12, 4);
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> CosineSimilarity.scores(closed, matrix, scores))
        .withMessageStartingWith("query is closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> CosineSimilarity.scores(query, matrix, closed))
        .withMessageStartingWith("scores is closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> CosineSimilarity.topK(closed, matrix, 1))
        .withMessageStartingWith("query is closed");
  }

  @Test
  void segmentsOfAnotherThreadAreRefusedByName() {
    assertThatThrownBy(
            () -> CompletableFuture.runAsync(() -> CosineSimilarity.topK(query, matrix, 1)).join())
        .hasCauseInstanceOf(WrongThreadException.class)
        .hasMessageContaining("query is confined to another thread");
    assertThatThrownBy(() ->
            CompletableFuture.runAsync(() -> CosineSimilarity.scores(matrix, narrow, scores))
                .join())
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }
}
