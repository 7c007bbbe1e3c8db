package dev.engram.arena.kernels;

import static dev.engram.arena.kernels.Floats.bits;
import static dev.engram.arena.kernels.Vectors.flat;
import static dev.engram.arena.kernels.Vectors.vector;
import static dev.engram.arena.kernels.Vectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(KernelArenas.class)
class VectorMatrixTest {
  private static final float[][] ROWS = {{1, 2, 3}, {4, 5, 6}};

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 768, 100_000})
  void rowsAreReadAsTheyWereSet(int dimensions) {
    float[][] rows = vectors(3, dimensions, 1, 1);
    try (VectorMatrix copied = VectorMatrix.copyOf(rows);
        VectorMatrix ofOneArray = VectorMatrix.copyOf(flat(rows), dimensions);
        VectorMatrix filled = VectorMatrix.allocate(3, dimensions)) {
      assertThat(filled.row(1)).containsOnly(0);
      filled.setRow(0, rows[0]);
      filled.setRow(1, MemorySegment.ofArray(rows[1]));
      try (Arena arena = Arena.ofConfined()) {
        filled.setRow(2, Floats.copyOf(rows[2], 1, arena));
      }
      for (VectorMatrix matrix : List.of(copied, ofOneArray, filled)) {
        assertThat(matrix.rows()).isEqualTo(3);
        assertThat(matrix.dimensions()).isEqualTo(dimensions);
        for (int row = 0; row < 3; row++) {
          assertThat(matrix.row(row)).isEqualTo(rows[row]);
          float[] target = new float[dimensions];
          matrix.copyRow(row, target);
          assertThat(target).isEqualTo(rows[row]);
        }
      }
    }
  }

  @Test
  void eachRowStartsOnABoundaryOf64Bytes() {
    try (VectorMatrix matrix = VectorMatrix.allocate(5, 17)) {
      assertThat(matrix.contents().memory().address() % 64).isZero();
      assertThat(matrix.stride()).isEqualTo(32);
      assertThat(matrix.contents().memory().byteSize()).isEqualTo(5 * 128);
    }
  }

  @Test
  void normsFollowTheRows() {
    float[] query = vector(40, 1, 1);
    float[][] rows = vectors(6, 40, 2, 1);
    try (VectorMatrix matrix = VectorMatrix.copyOf(rows);
        VectorMatrix plain = VectorMatrix.copyOf(rows)) {
      matrix.computeNorms();
      matrix.computeNorms();
      float[] longer = Vectors.scaled(vector(40, 3, 1), 100);
      for (VectorMatrix each : List.of(matrix, plain)) {
        each.setRow(4, longer);
        each.setRow(0, MemorySegment.ofArray(longer));
      }
      MemorySegment norms = matrix.contents().norms();
      assertThat(norms.byteSize()).isEqualTo(6 * Double.BYTES);
      assertThat(norms.getAtIndex(ValueLayout.JAVA_DOUBLE, 4))
          .isEqualTo(norms.getAtIndex(ValueLayout.JAVA_DOUBLE, 0));
      assertThat(bits(CosineSimilarity.scores(query, matrix)))
          .isEqualTo(bits(CosineSimilarity.scores(query, plain)));
    }
  }

  @Test
  void closedMatrixRefusesAllButItsSizeAndAnotherClose() {
    VectorMatrix matrix = VectorMatrix.copyOf(ROWS);
    VectorMatrix open = VectorMatrix.copyOf(ROWS);
    float[] query = {1, 2, 3};
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, query);
      MemorySegment scores = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 7, 7);
      MemorySegment more = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 7, 7, 7, 7);
      matrix.close();
      matrix.close();
      assertThat(matrix.rows()).isEqualTo(2);
      assertThat(matrix.dimensions()).isEqualTo(3);
      List<ThrowingCallable> uses =
          List.of(
              () -> matrix.row(0),
              () -> matrix.copyRow(0, new float[3]),
              () -> matrix.setRow(0, query),
              () -> matrix.setRow(0, segment),
              matrix::computeNorms,
              () -> CosineSimilarity.scores(query, matrix),
              () -> CosineSimilarity.scores(segment, matrix, scores),
              () -> CosineSimilarity.scores(new float[][] {query}, matrix),
              () -> CosineSimilarity.scores(matrix, open, more),
              () -> CosineSimilarity.scores(open, matrix, more),
              () -> CosineSimilarity.topK(query, matrix, 1),
              () -> CosineSimilarity.topK(segment, matrix, 1));
      for (ThrowingCallable use : uses) {
        assertThatIllegalStateException()
            .isThrownBy(use)
            .withMessageContaining("matrix of 2 rows of 3 dimensions is closed");
      }
      assertThat(scores.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(7);
      assertThat(more.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(7);
    }
    open.close();
  }

  @Test
  void closeDuringCallsOfOtherThreadsHarmsNone() {
    float[] query = vector(768, 1, 1);
    float[][] rows = vectors(200, 768, 2, 1);
    int[] expected = bits(CosineSimilarity.scores(query, rows));
    for (int round = 0; round < 20; round++) {
      VectorMatrix matrix = VectorMatrix.copyOf(rows);
      CountDownLatch started = new CountDownLatch(1);
      CompletableFuture<Void> scoring =
          CompletableFuture.runAsync(() -> {
            while (true) {
              assertThat(bits(CosineSimilarity.scores(query, matrix))).isEqualTo(expected);
              started.countDown();
            }
          });
      assertThat(started).satisfies(CountDownLatch::await);
      matrix.close();
      System.gc();
      assertThatThrownBy(scoring::join).hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void sizesAreRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.allocate(0, 3))
        .withMessage("rows is 0; allowed is 1 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.allocate(3, -1))
        .withMessage("dimensions is -1; allowed is 1 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[0][]))
        .withMessage("rows is empty; allowed is one row or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[][] {{}}))
        .withMessage("rows[0] is empty; allowed is one element or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[][] {{1, 2}, {1, 2, 3}}))
        .withMessageContainingAll("rows[1]", "3", "2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[0], 3))
        .withMessageContainingAll("rows", "0 elements", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[4], 3))
        .withMessageContainingAll("rows", "4 elements", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[4], 0))
        .withMessage("dimensions is 0; allowed is 1 or more");
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what is tested.
  void nullIsRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> VectorMatrix.copyOf((float[][]) null))
        .withMessage("rows");
    assertThatNullPointerException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[][] {null}))
        .withMessage("rows[0]");
    assertThatNullPointerException()
        .isThrownBy(() -> VectorMatrix.copyOf(new float[][] {{1}, null}))
        .withMessage("rows[1]");
  }

  @Test
  void rowsThatDoNotFitAreRefusedAndNothingIsSet() {
    try (VectorMatrix matrix = VectorMatrix.copyOf(ROWS)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> matrix.setRow(0, new float[2]))
          .withMessageContainingAll("2", "3");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> matrix.setRow(0, MemorySegment.ofArray(new float[4])))
          .withMessageContainingAll("elements", "16", "3");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> matrix.copyRow(0, new float[4]))
          .withMessageContainingAll("4", "3");
      for (int row : new int[] {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        assertThatThrownBy(() -> matrix.setRow(row, new float[3]))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> matrix.row(row)).isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThat(matrix.row(0)).isEqualTo(ROWS[0]);
      assertThat(matrix.row(1)).isEqualTo(ROWS[1]);
    }
  }

  @Test
  void rowsThatCannotBeReadAreRefusedByNameAndNothingIsSet() {
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 7, 7, 7);
    }
    try (VectorMatrix matrix = VectorMatrix.copyOf(ROWS);
        Arena arena = Arena.ofConfined()) {
      MemorySegment confined = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 7, 7, 7);
      assertThatIllegalStateException()
          .isThrownBy(() -> matrix.setRow(0, closed))
          .withMessageStartingWith("elements is closed");
      assertThatThrownBy(() -> CompletableFuture.runAsync(() -> matrix.setRow(0, confined)).join())
          .hasCauseInstanceOf(WrongThreadException.class)
          .hasMessageContaining("elements is confined to another thread");
      assertThat(matrix.row(0)).isEqualTo(ROWS[0]);
      matrix.setRow(0, confined.asReadOnly());
      assertThat(matrix.row(0)).containsOnly(7);
    }
  }

  @Test
  void sizesInBytesThatWrapAreRefused() {
    // The first comes to 2^33 bytes less than 2^64, the second to 2^35 less than 2^63.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VectorMatrix.allocate(Integer.MAX_VALUE, Integer.MAX_VALUE))
        .withMessageStartingWith("rows is 2147483647; allowed is at most ");
    assertThatThrownBy(() -> VectorMatrix.allocate(Integer.MAX_VALUE, 1 << 30))
        .isInstanceOf(OutOfMemoryError.class);
  }
}
