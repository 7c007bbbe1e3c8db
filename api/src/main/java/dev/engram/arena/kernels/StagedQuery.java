package dev.engram.arena.kernels;

import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.CriticalKernels;
import dev.engram.arena.ffi.Downcalls;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.ScopeAccess;
import dev.engram.arena.internal.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/**
 * A query that came in an array: copied once to aligned memory of a scope, its norm computed once.
 * It scores rows wherever they lie, those of arrays by critical calls. Lives as long as its scope.
 *
 * <p>A thread in a critical call holds up safepoints. So each call has so few rows that it ends
 * within some 20 microseconds, and rows that are longer than that are not scored by critical calls.
 */
final class StagedQuery {
  /** Of a cache line, and of the widest vector register. */
  static final long ALIGNMENT_BYTES = 64;

  /**
   * Elements of the rows of one critical call, or of several with nothing between: 128 KiB of them,
   * which take 2 microseconds from a cache near the core, and 20 from memory that no cache has.
   */
  static final int CRITICAL_ELEMENTS_MAX = 32 << 10;

  private final MemorySegment header;
  private final MemorySegment query;
  private final double norm;
  private final int dimensions;

  private StagedQuery(MemorySegment header, MemorySegment query, double norm, int dimensions) {
    this.header = header;
    this.query = query;
    this.norm = norm;
    this.dimensions = dimensions;
  }

  /**
   * Stages a query.
   *
   * @throws dev.engram.arena.ArenaOverflowException if it does not fit
   */
  static StagedQuery in(ArenaScope scope, float[] query) {
    SegmentAllocator scratch = scope.uninitialized();
    MemorySegment staged = scratch.allocate(paddedBytes(query.length), ALIGNMENT_BYTES);
    MemorySegment norm = scratch.allocate(ValueLayout.JAVA_DOUBLE);
    HeapCopies.copy(query, 0, query.length, staged, 0);
    Status.requireOk(
        engram_arena_h.engram_vector_norms(staged, query.length, 1, query.length, norm),
        "engram_vector_norms");
    return new StagedQuery(
        ScopeAccess.header(scope), staged, norm.get(ValueLayout.JAVA_DOUBLE, 0), query.length);
  }

  /** The bytes of a row that ends on a boundary. */
  static long paddedBytes(int dimensions) {
    return ((long) dimensions * Float.BYTES + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
  }

  /** Rows of one critical call; 0 if one row would take too long. */
  static int criticalRows(int dimensions) {
    return CRITICAL_ELEMENTS_MAX / dimensions;
  }

  MemorySegment query() {
    return query;
  }

  double norm() {
    return norm;
  }

  /**
   * Scores rows that lie one after the other, from row {@code start} on.
   *
   * @param scope where the query is staged, for scratch
   * @param rows all rows
   * @param stride from one row to the next, in floats
   * @param norms of all rows, or {@link MemorySegment#NULL}; for rows off the heap only
   * @param scores native memory, written: one for each row
   * @throws dev.engram.arena.ArenaOverflowException if rows are so long that they have to be staged
   *     and do not fit
   */
  void score(
      ArenaScope scope,
      MemorySegment rows,
      long stride,
      MemorySegment norms,
      int start,
      int count,
      MemorySegment scores) {
    if (rows.isNative()) {
      scoreNative(rows, stride, norms, start, count, scores);
      return;
    }
    int rowsOfCall = criticalRows(dimensions);
    if (rowsOfCall == 0) {
      scoreLong(scope, rows, stride, start, count, scores);
      return;
    }
    int done = 0;
    while (done < count) {
      int first = start + done;
      int rowsNow = Math.min(rowsOfCall, count - done);
      int status;
      try {
        status =
            (int)
                CriticalKernels.vectorSimilarity()
                    .invokeExact(
                        header,
                        query,
                        norm,
                        rows.asSlice(first * stride * Float.BYTES),
                        (long) dimensions,
                        (long) rowsNow,
                        stride,
                        MemorySegment.NULL,
                        scores.asSlice((long) done * Float.BYTES));
      } catch (Throwable e) {
        throw Downcalls.unchecked(e);
      }
      requireOk(status);
      Safepoints.letIn();
      done += rowsNow;
    }
  }

  /**
   * Scores rows that are an array each, from row {@code first} on.
   *
   * @param scope where the query is staged, for scratch
   * @param scores native memory, written: one for each row
   * @throws IllegalArgumentException if a row is not as long as the query; some scores are written
   * @throws dev.engram.arena.ArenaOverflowException if rows are so long that they have to be staged
   *     and do not fit
   */
  void score(ArenaScope scope, float[][] rows, int first, int count, MemorySegment scores) {
    int rowsOfCall = criticalRows(dimensions);
    if (rowsOfCall == 0) {
      scoreLong(scope, rows, first, count, scores);
      return;
    }
    int done = 0;
    while (done < count) {
      int end = done + Math.min(wholeEights(rowsOfCall), count - done);
      int inEights = scoreEights(rows, first, done, end, scores);
      scoreSingly(rows, first, inEights, end, scores);
      Safepoints.letIn();
      done = end;
    }
  }

  /** Rows between two safepoints, so that none but the last ones are scored singly. */
  private static int wholeEights(int rows) {
    return rows < 8 ? rows : rows & -8;
  }

  /** Scores rows by eights, for as long as there are eight; returns the first that is left. */
  private int scoreEights(float[][] rows, int first, int start, int end, MemorySegment scores) {
    int i = start;
    for (; i + 8 <= end; i += 8) {
      int row = first + i;
      float[] row0 = requireRow(rows, row);
      float[] row1 = requireRow(rows, row + 1);
      float[] row2 = requireRow(rows, row + 2);
      float[] row3 = requireRow(rows, row + 3);
      float[] row4 = requireRow(rows, row + 4);
      float[] row5 = requireRow(rows, row + 5);
      float[] row6 = requireRow(rows, row + 6);
      float[] row7 = requireRow(rows, row + 7);
      int status;
      try {
        status =
            (int)
                CriticalKernels.vectorSimilarityOfEight()
                    .invokeExact(
                        query,
                        norm,
                        MemorySegment.ofArray(row0),
                        MemorySegment.ofArray(row1),
                        MemorySegment.ofArray(row2),
                        MemorySegment.ofArray(row3),
                        MemorySegment.ofArray(row4),
                        MemorySegment.ofArray(row5),
                        MemorySegment.ofArray(row6),
                        MemorySegment.ofArray(row7),
                        (long) dimensions,
                        (long) (rows.length - row - 8),
                        scores.asSlice((long) i * Float.BYTES));
      } catch (Throwable e) {
        throw Downcalls.unchecked(e);
      }
      Status.requireOk(status, "engram_vector_similarity_of_eight");
    }
    return i;
  }

  private void scoreSingly(float[][] rows, int first, int start, int end, MemorySegment scores) {
    for (int i = start; i < end; i++) {
      float[] row = requireRow(rows, first + i);
      int status;
      try {
        status =
            (int)
                CriticalKernels.vectorSimilarity()
                    .invokeExact(
                        header,
                        query,
                        norm,
                        MemorySegment.ofArray(row),
                        (long) dimensions,
                        1L,
                        (long) dimensions,
                        MemorySegment.NULL,
                        scores.asSlice((long) i * Float.BYTES));
      } catch (Throwable e) {
        throw Downcalls.unchecked(e);
      }
      requireOk(status);
    }
  }

  /** Rows off the heap need no critical call. */
  private void scoreNative(
      MemorySegment rows,
      long stride,
      MemorySegment norms,
      int start,
      int count,
      MemorySegment scores) {
    requireOk(
        engram_arena_h.engram_vector_similarity(
            header,
            query,
            norm,
            rows.asSlice(start * stride * Float.BYTES),
            dimensions,
            count,
            stride,
            norms.address() == 0 ? norms : norms.asSlice((long) start * Double.BYTES),
            scores));
  }

  private static void requireOk(int status) {
    Status.requireOk(status, "engram_vector_similarity");
  }

  private void scoreLong(
      ArenaScope scope,
      MemorySegment rows,
      long stride,
      int start,
      int count,
      MemorySegment scores) {
    MemorySegment staged = roomForRow(scope);
    for (int i = 0; i < count; i++) {
      long offset = (start + i) * stride * Float.BYTES;
      HeapCopies.copy(rows, offset, staged, 0, (long) dimensions * Float.BYTES);
      scoreLong(staged, scores, i);
    }
  }

  private void scoreLong(
      ArenaScope scope, float[][] rows, int first, int count, MemorySegment scores) {
    MemorySegment staged = roomForRow(scope);
    for (int i = 0; i < count; i++) {
      HeapCopies.copy(requireRow(rows, first + i), 0, dimensions, staged, 0);
      scoreLong(staged, scores, i);
    }
  }

  private void scoreLong(MemorySegment row, MemorySegment scores, int index) {
    requireOk(
        engram_arena_h.engram_vector_similarity(
            header,
            query,
            norm,
            row,
            dimensions,
            1,
            dimensions,
            MemorySegment.NULL,
            scores.asSlice((long) index * Float.BYTES)));
  }

  private MemorySegment roomForRow(ArenaScope scope) {
    SegmentAllocator scratch = scope.uninitialized();
    return scratch.allocate(paddedBytes(dimensions), ALIGNMENT_BYTES);
  }

  /** Read once: whoever holds the outer array may put another row there at any time. */
  private float[] requireRow(float[][] rows, int row) {
    return Arguments.requireRow("candidates", row, rows[row], "the query", dimensions);
  }
}
