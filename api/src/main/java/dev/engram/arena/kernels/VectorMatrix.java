package dev.engram.arena.kernels;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of floats in native memory, laid out as kernels read them fastest: each row on a boundary of
 * 64 bytes, padded to a multiple of that. For vectors that are scored many times.
 *
 * <p>Any number of threads may read a matrix and score with it at the same time. It is filled by
 * one thread at a time, and while no other reads it; what hands it to other threads must order them
 * behind the filling, as handing over any object that is not thread-safe does. To read while a row
 * is set gives some mixture of its old and new elements, and harms nothing else.
 *
 * <p>After {@link #close()} every method but {@link #rows()}, {@link #dimensions()} and {@code
 * close} throws {@link IllegalStateException}. The memory goes back to the system once no call uses
 * it any more and the garbage collector finds that out. {@code -XX:MaxDirectMemorySize} bounds the
 * large matrices and graphs of a process together, apart from its other direct memory.
 */
public final class VectorMatrix implements AutoCloseable {
  private final int rows;
  private final int dimensions;
  private final long rowBytes;

  /** Null after the close. Calls that are under way hold it themselves. */
  private volatile @Nullable Contents contents;

  /**
   * What is freed when nobody holds it any more.
   *
   * @param memory all rows, padded
   * @param norms the sum of squares of each row, as {@code engram_vector_norms} writes it; {@link
   *     MemorySegment#NULL} if they are not kept
   */
  record Contents(MemorySegment memory, MemorySegment norms) {}

  private VectorMatrix(int rows, int dimensions) {
    requirePositive("rows", rows);
    requirePositive("dimensions", dimensions);
    this.rows = rows;
    this.dimensions = dimensions;
    rowBytes = StagedQuery.paddedBytes(dimensions);
    // Divided, since the product could wrap.
    if (rows > Long.MAX_VALUE / rowBytes) {
      throw Arguments.refused("rows", rows, "at most " + Long.MAX_VALUE / rowBytes);
    }
    long byteSize = rows * rowBytes;
    // A shared arena's segment would cost each call many times what an automatic one's does.
    MemorySegment memory = LastingMemory.allocate(Arena.ofAuto(), byteSize);
    contents = new Contents(memory, MemorySegment.NULL);
  }

  /**
   * A matrix of zeros, to be filled by {@link #setRow(int, float[])}.
   *
   * @param rows how many, 1 or more
   * @param dimensions elements of a row, 1 or more
   * @return a new matrix
   * @throws IllegalArgumentException if one of them is less than 1, or the rows come to 2^63 bytes
   * @throws OutOfMemoryError if there is not as much memory
   */
  public static VectorMatrix allocate(int rows, int dimensions) {
    return new VectorMatrix(rows, dimensions);
  }

  /**
   * A matrix with the content of rows that are an array each.
   *
   * @param rows the rows, at least one, all of the same length, at least one element
   * @return a new matrix
   * @throws IllegalArgumentException if there is no row, the first is empty, or one is not as long
   *     as the first
   * @throws OutOfMemoryError if there is not as much memory
   */
  public static VectorMatrix copyOf(float[][] rows) {
    Objects.requireNonNull(rows, "rows");
    if (rows.length == 0) {
      throw Arguments.refused("rows", "empty", "one row or more");
    }
    int dimensions = Objects.requireNonNull(rows[0], "rows[0]").length;
    if (dimensions == 0) {
      throw Arguments.refused("rows[0]", "empty", "one element or more");
    }
    // Before the memory is asked for.
    Arguments.requireRows("rows", rows, "the first row", dimensions);
    VectorMatrix matrix = new VectorMatrix(rows.length, dimensions);
    LoopParts.run(
        rows.length,
        HeapCopies.rowsOfPiece(dimensions),
        (first, end) -> {
          for (int row = first; row < end; row++) {
            matrix.fillRow(
                row, Arguments.requireRow("rows", row, rows[row], "the first row", dimensions), 0);
          }
        });
    return matrix;
  }

  /**
   * A matrix with the content of rows that lie one after the other in one array.
   *
   * @param rows the rows, at least one
   * @param dimensions elements of a row, 1 or more
   * @return a new matrix
   * @throws IllegalArgumentException if {@code dimensions} is less than 1, or {@code rows} is not
   *     one whole row or more
   * @throws OutOfMemoryError if there is not as much memory
   */
  public static VectorMatrix copyOf(float[] rows, int dimensions) {
    Objects.requireNonNull(rows, "rows");
    requirePositive("dimensions", dimensions);
    if (rows.length == 0 || rows.length % dimensions != 0) {
      throw new IllegalArgumentException(
          "rows has %d elements; allowed is a multiple of %d, the dimensions, and not 0"
              .formatted(rows.length, dimensions));
    }
    VectorMatrix matrix = new VectorMatrix(rows.length / dimensions, dimensions);
    LoopParts.run(
        matrix.rows,
        HeapCopies.rowsOfPiece(dimensions),
        (first, end) -> {
          for (int row = first; row < end; row++) {
            matrix.fillRow(row, rows, row * dimensions);
          }
        });
    return matrix;
  }

  /**
   * How many rows there are.
   *
   * @return 1 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * How many elements a row has.
   *
   * @return 1 or more
   */
  public int dimensions() {
    return dimensions;
  }

  /**
   * Sets a row, and its norm if norms are kept.
   *
   * @param row which, counted from 0
   * @param elements as many as there are dimensions; copied
   * @throws IndexOutOfBoundsException if there is no such row
   * @throws IllegalArgumentException if {@code elements} is not as long as a row
   * @throws IllegalStateException if the matrix is closed
   */
  public void setRow(int row, float[] elements) {
    Objects.checkIndex(row, rows);
    requireDimensions(Objects.requireNonNull(elements, "elements").length);
    fillRow(row, elements, 0);
    updateNorm(row);
  }

  /**
   * Sets a row, and its norm if norms are kept.
   *
   * @param row which, counted from 0
   * @param elements as many floats as there are dimensions, of any alignment, on the heap or off
   *     it; copied
   * @throws IndexOutOfBoundsException if there is no such row
   * @throws IllegalArgumentException if {@code elements} is not as long as a row
   * @throws IllegalStateException if the matrix is closed, or {@code elements} is
   * @throws WrongThreadException if {@code elements} is confined to another thread
   */
  public void setRow(int row, MemorySegment elements) {
    Objects.checkIndex(row, rows);
    long bytes = Objects.requireNonNull(elements, "elements").byteSize();
    if (bytes != (long) dimensions * Float.BYTES) {
      throw new IllegalArgumentException(
          "elements has %d bytes; allowed is a row's %d dimensions of 4 bytes"
              .formatted(bytes, dimensions));
    }
    Arguments.requireAccessible("elements", elements);
    HeapCopies.copy(elements, 0, contents().memory(), row * rowBytes, bytes);
    updateNorm(row);
  }

  /**
   * A copy of a row.
   *
   * @param row which, counted from 0
   * @return its elements
   * @throws IndexOutOfBoundsException if there is no such row
   * @throws IllegalStateException if the matrix is closed
   */
  public float[] row(int row) {
    float[] elements = new float[dimensions];
    copyRow(row, elements);
    return elements;
  }

  /**
   * Copies a row.
   *
   * @param row which, counted from 0
   * @param target where to, as many elements as there are dimensions
   * @throws IndexOutOfBoundsException if there is no such row
   * @throws IllegalArgumentException if {@code target} is not as long as a row
   * @throws IllegalStateException if the matrix is closed
   */
  public void copyRow(int row, float[] target) {
    Objects.checkIndex(row, rows);
    requireDimensions(Objects.requireNonNull(target, "target").length);
    HeapCopies.copy(
        contents().memory(),
        row * rowBytes,
        MemorySegment.ofArray(target),
        0,
        (long) dimensions * Float.BYTES);
  }

  /**
   * Computes the norms of all rows, and keeps them from now on, 8 bytes a row: {@link #setRow(int,
   * float[])} keeps them up to date. Scoring then reads each row with half the arithmetic, and
   * gives the same bits. Does nothing if they are kept already.
   *
   * @throws IllegalStateException if the matrix is closed
   * @throws OutOfMemoryError if there is not as much memory
   */
  public synchronized void computeNorms() {
    Contents contents = contents();
    if (contents.norms().address() != 0) {
      return;
    }
    MemorySegment norms = LastingMemory.allocate(Arena.ofAuto(), (long) rows * Double.BYTES);
    computeNorms(contents.memory(), norms, rows);
    this.contents = new Contents(contents.memory(), norms);
  }

  /**
   * Ends the use of this matrix. Any thread may close, at any time: calls that are under way end as
   * if it had not been. Closing again does nothing.
   */
  @Override
  public synchronized void close() {
    contents = null;
  }

  /**
   * What there is to read, which lives for as long as it is held.
   *
   * @throws IllegalStateException if the matrix is closed
   */
  Contents contents() {
    Contents now = contents;
    if (now == null) {
      throw new IllegalStateException(
          "This matrix of %d rows of %d dimensions is closed".formatted(rows, dimensions));
    }
    return now;
  }

  /** From one row to the next, in floats. */
  long stride() {
    return rowBytes / Float.BYTES;
  }

  private void fillRow(int row, float[] source, int from) {
    HeapCopies.copy(source, from, dimensions, contents().memory(), row * rowBytes);
  }

  private void updateNorm(int row) {
    Contents contents = contents();
    if (contents.norms().address() != 0) {
      computeNorms(
          contents.memory().asSlice(row * rowBytes, rowBytes),
          contents.norms().asSlice((long) row * Double.BYTES, Double.BYTES),
          1);
    }
  }

  private void computeNorms(MemorySegment memory, MemorySegment norms, long count) {
    Status.requireOk(
        engram_arena_h.engram_vector_norms(memory, dimensions, count, stride(), norms),
        "engram_vector_norms");
  }

  private void requireDimensions(int length) {
    if (length != dimensions) {
      throw new IllegalArgumentException(
          "The row has %d elements; allowed is as many as there are dimensions, %d"
              .formatted(length, dimensions));
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw Arguments.refused(name, value, "1 or more");
    }
  }
}
