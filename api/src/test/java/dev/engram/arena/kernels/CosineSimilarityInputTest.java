package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each call that is refused is refused before it opens a scope, and so before it reaches native
 * code.
 */
class CosineSimilarityInputTest {
  private static final float[] QUERY = {1, 2, 3};

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment query = arena.allocateFrom(ValueLayout.JAVA_FLOAT, QUERY);
  private final MemorySegment rows = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
  private final MemorySegment scores = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 7, 7);
  private ArenaStats before = ArenaControl.stats();

  @BeforeEach
  void countScopes() {
    before = ArenaControl.stats();
  }

  @AfterEach
  void nothingWasOpenedOrWritten() {
    assertThat(ArenaControl.stats().since(before).totalScopes()).isZero();
    assertThat(scores.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(7, 7);
    arena.close();
  }

  @Test
  void emptyQueryIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(new float[0], new float[][] {{}}))
        .withMessageContaining("query is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(new float[0], new float[] {1}))
        .withMessageContaining("query is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(MemorySegment.NULL, rows, scores))
        .withMessageContaining("query is empty");
  }

  @Test
  void noCandidatesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, new float[0][]))
        .withMessageContaining("no candidates");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, new float[0]))
        .withMessageContaining("no candidates");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, MemorySegment.NULL, MemorySegment.NULL))
        .withMessageContaining("no candidates");
  }

  @Test
  void raggedCandidatesAreRefusedByRow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, new float[][] {{1, 2, 3}, {1, 2}}))
        .withMessageContainingAll("candidates[1]", "2", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, new float[][] {{1, 2, 3, 4}}))
        .withMessageContainingAll("candidates[0]", "4", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, new float[] {1, 2, 3, 4}))
        .withMessageContainingAll("candidates", "4", "3");
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what is tested.
  void nullIsRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(null, new float[][] {QUERY}))
        .withMessage("query");
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, (float[][]) null))
        .withMessage("candidates");
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, new float[][] {QUERY, null}))
        .withMessage("candidates[1]");
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(null, QUERY))
        .withMessage("query");
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(QUERY, (float[]) null))
        .withMessage("candidates");
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(null, rows, scores))
        .withMessage("query");
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(query, (MemorySegment) null, scores))
        .withMessage("candidates");
    assertThatNullPointerException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows, null))
        .withMessage("scores");
  }

  @Test
  void heapSegmentsAreRefusedByName() {
    MemorySegment heap = MemorySegment.ofArray(new float[6]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(heap, rows, scores))
        .withMessageContaining("query is a heap segment");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, heap, scores))
        .withMessageContaining("candidates is a heap segment");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows, heap))
        .withMessageContaining("scores is a heap segment");
  }

  @Test
  void unalignedSegmentsAndBrokenFloatsAreRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query.asSlice(1, 4), rows, scores))
        .withMessageStartingWith("query");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows.asSlice(2, 20), scores))
        .withMessageStartingWith("candidates");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows, scores.asSlice(0, 7)))
        .withMessageStartingWith("scores");
  }

  @Test
  void sizesThatDoNotFitTogetherAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows, scores.asSlice(0, 4)))
        .withMessageContainingAll("candidates", "24", "1", "12");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows.asSlice(0, 20), scores))
        .withMessageContainingAll("candidates", "20");
  }

  @Test
  @SuppressWarnings("restricted") // Makes segments whose sizes multiply to more than a long holds.
  void sizesWhoseProductWrapsAreRefused() {
    MemorySegment base = MemorySegment.ofAddress(query.address());
    MemorySegment manyScores = MemorySegment.ofAddress(scores.address()).reinterpret(1L << 62);
    // 2^60 scores of rows of 2^6 bytes wrap to 4 bytes times 2^60 less 2^66.
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            CosineSimilarity.scores(base.reinterpret(1L << 6), MemorySegment.NULL, manyScores))
        .withMessageStartingWith("candidates");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            CosineSimilarity.scores(
                base.reinterpret(1536 * 4), base.reinterpret(2048), base.reinterpret(699_051 * 4L)))
        .withMessageStartingWith("candidates");
  }

  @Test
  void readOnlyScoresAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows, scores.asReadOnly()))
        .withMessageContaining("scores is read-only");
  }

  @Test
  void scoresThatOverlapAnInputAreRefused() {
    MemorySegment all = arena.allocate(ValueLayout.JAVA_FLOAT, 12);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(all.asSlice(0, 12), rows, all.asSlice(8, 8)))
        .withMessageContaining("scores overlaps query");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CosineSimilarity.scores(query, all.asSlice(0, 24), all.asSlice(20, 8)))
        .withMessageContaining("scores overlaps candidates");
  }

  @Test
  void readOnlyInputsAreAccepted() {
    MemorySegment own = arena.allocate(ValueLayout.JAVA_FLOAT, 2);
    CosineSimilarity.scores(query.asReadOnly(), rows.asReadOnly(), own);
    assertThat(own.toArray(ValueLayout.JAVA_FLOAT)[0]).isEqualTo(1f);
    before = ArenaControl.stats();
  }

  @Test
  void closedSegmentsAreRefusedByName() {
    MemorySegment closed;
    try (Arena shortLived = Arena.ofShared()) {
      closed = shortLived.allocateFrom(ValueLayout.JAVA_FLOAT, QUERY);
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> CosineSimilarity.scores(closed, rows, scores))
        .withMessageStartingWith("query is closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> CosineSimilarity.scores(query, closed, scores))
        .withMessageStartingWith("candidates is closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> CosineSimilarity.scores(query, rows, closed))
        .withMessageStartingWith("scores is closed");
  }

  @Test
  void segmentsOfAnotherThreadAreRefusedByName() {
    assertThatThrownBy(() ->
            CompletableFuture.runAsync(() -> CosineSimilarity.scores(query, rows, scores)).join())
        .hasCauseInstanceOf(WrongThreadException.class)
        .hasMessageContaining("query is confined to another thread");
  }
}
