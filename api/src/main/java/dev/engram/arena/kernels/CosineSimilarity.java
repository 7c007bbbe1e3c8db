package dev.engram.arena.kernels;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.ScopeAccess;
import dev.engram.arena.internal.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Cosine similarity of one query with many candidates: {@code dot(query, row) / (|query| * |row|)},
 * from -1 for opposite to 1 for equal directions.
 *
 * <p>Scores are clamped to [-1, 1]. A row or a query with an element that is not finite scores NaN;
 * otherwise a zero vector has similarity 0 with everything. Sums are taken in single precision, and
 * again in double precision where they leave the range in which single precision is safe. The order
 * of summation depends on the number of dimensions only: on one machine equal input gives equal
 * bits, in whichever form it comes. A score is at most 4e-5 from the exact value, typically less
 * than 1e-6.
 *
 * <p>The methods may be called by any thread. What they are given must not change during a call.
 */
public final class CosineSimilarity {
  /** Of a cache line, and of the widest vector register. */
  private static final long ROW_ALIGNMENT_BYTES = 64;

  /**
   * What was copied into a tile of this size is still in the core's first-level cache, beside the
   * rows that it came from, when the kernel reads it.
   */
  private static final long TILE_BYTES_MAX = 16 << 10;

  private CosineSimilarity() {}

  /**
   * Scores rows that are an array each.
   *
   * <p>The query and as many rows at a time as fit are copied into what is left of the thread's
   * arena. A call is one scope, and so one reset of the arena unless it is made inside another
   * scope.
   *
   * @param query the query, at least one element
   * @param candidates the rows, at least one, each as long as the query
   * @return a score for each row, in their order
   * @throws IllegalArgumentException if the query is empty, there is no row, or a row is not as
   *     long as the query
   * @throws dev.engram.arena.ArenaOverflowException if the query and one row do not fit what is
   *     left of the arena and the overflow strategy does not serve them, or the system refuses the
   *     thread its first arena; the next call is not affected
   */
  public static float[] scores(float[] query, float[][] candidates) {
    requireQuery(Objects.requireNonNull(query, "query").length);
    requireRows(Objects.requireNonNull(candidates, "candidates").length);
    for (int row = 0; row < candidates.length; row++) {
      requireRow(query.length, candidates[row], row);
    }
    return scoreTiles(
        query,
        candidates.length,
        (row, tile, offset) ->
            MemorySegment.copy(
                candidates[row], 0, tile, ValueLayout.JAVA_FLOAT, offset, query.length));
  }

  /**
   * Scores rows that lie one after the other in one array. As {@link #scores(float[], float[][])}
   * otherwise.
   *
   * @param query the query, at least one element
   * @param candidates the rows, at least one, each as long as the query
   * @return a score for each row, in their order
   * @throws IllegalArgumentException if the query is empty, or the candidates are not one whole row
   *     or more
   * @throws dev.engram.arena.ArenaOverflowException if the query and one row do not fit what is
   *     left of the arena and the overflow strategy does not serve them, or the system refuses the
   *     thread its first arena; the next call is not affected
   */
  public static float[] scores(float[] query, float[] candidates) {
    requireQuery(Objects.requireNonNull(query, "query").length);
    requireRows(Objects.requireNonNull(candidates, "candidates").length);
    if (candidates.length % query.length != 0) {
      throw new IllegalArgumentException(
          "candidates has %d elements; allowed is a multiple of the query's %d"
              .formatted(candidates.length, query.length));
    }
    return scoreTiles(
        query,
        candidates.length / query.length,
        (row, tile, offset) ->
            MemorySegment.copy(
                candidates,
                row * query.length,
                tile,
                ValueLayout.JAVA_FLOAT,
                offset,
                query.length));
  }

  /**
   * Scores native rows in place: nothing is copied but, where it fits the thread's arena, a query
   * that is not 64-byte aligned. Fastest where a row is a multiple of 64 bytes long and starts on a
   * boundary of 64 bytes.
   *
   * <p>Segments may be of any lifetime; none can be closed during the call.
   *
   * @param query the query: at least one float
   * @param candidates rows of the query's size, one after the other, as many as {@code scores} has
   *     floats
   * @param scores written: a score for each row, in their order; must not overlap the others.
   *     Untouched if the call throws
   * @throws IllegalArgumentException if a segment is on the heap, is not aligned to a float's 4
   *     bytes or not a whole number of floats long, if the sizes do not fit together, if {@code
   *     scores} is read-only or overlaps an input, or if there is no row
   * @throws IllegalStateException if a segment is closed
   * @throws WrongThreadException if a segment is confined to another thread
   * @throws dev.engram.arena.ArenaOverflowException if the system refuses the thread its first
   *     arena
   */
  public static void scores(MemorySegment query, MemorySegment candidates, MemorySegment scores) {
    long dimensions = requireFloats("query", query);
    requireFloats("candidates", candidates);
    long count = requireFloats("scores", scores);
    requireQuery(dimensions);
    requireRows(count);
    // Divided, since the product could wrap.
    if (candidates.byteSize() % query.byteSize() != 0
        || candidates.byteSize() / query.byteSize() != count) {
      throw new IllegalArgumentException(
          "candidates has %d bytes; allowed is %d rows, one for each score, of the query's %d bytes"
              .formatted(candidates.byteSize(), count, query.byteSize()));
    }
    if (scores.isReadOnly()) {
      throw new IllegalArgumentException("scores is read-only; allowed is a writable segment");
    }
    requireApart("query", query, scores);
    requireApart("candidates", candidates, scores);
    try (ArenaScope scope = ArenaControl.openScope()) {
      score(scope, query, candidates, dimensions, count, dimensions, scores);
    }
  }

  /** Copies a row to an offset, in bytes, of a tile. */
  private interface RowCopier {
    void copy(int row, MemorySegment tile, long offset);
  }

  private static float[] scoreTiles(float[] query, int count, RowCopier rows) {
    float[] scores = new float[count];
    long queryBytes = (long) query.length * Float.BYTES;
    long rowBytes = (queryBytes + ROW_ALIGNMENT_BYTES - 1) & -ROW_ALIGNMENT_BYTES;
    try (ArenaScope scope = ArenaControl.openScope()) {
      SegmentAllocator scratch = scope.uninitialized();
      MemorySegment stagedQuery = scratch.allocate(rowBytes, ROW_ALIGNMENT_BYTES);
      MemorySegment.copy(query, 0, stagedQuery, ValueLayout.JAVA_FLOAT, 0, query.length);
      int tileRows = tileRows(count, rowBytes + Float.BYTES, scope.availableBytes());
      MemorySegment tile = scratch.allocate(tileRows * rowBytes, ROW_ALIGNMENT_BYTES);
      MemorySegment tileScores = scratch.allocate(ValueLayout.JAVA_FLOAT, tileRows);
      int rowsInTile;
      for (int first = 0; first < count; first += rowsInTile) {
        rowsInTile = Math.min(tileRows, count - first);
        for (int i = 0; i < rowsInTile; i++) {
          rows.copy(first + i, tile, i * rowBytes);
        }
        long stride = rowBytes / Float.BYTES;
        score(scope, stagedQuery, tile, query.length, rowsInTile, stride, tileScores);
        MemorySegment.copy(tileScores, ValueLayout.JAVA_FLOAT, 0, scores, first, rowsInTile);
      }
    }
    return scores;
  }

  /** How many rows to stage at a time: one at least, which overflows if it does not fit. */
  private static int tileRows(int count, long bytesOfRowAndScore, long availableBytes) {
    long fitting = Math.min(availableBytes, TILE_BYTES_MAX) / bytesOfRowAndScore;
    return Math.clamp(fitting, 1, count);
  }

  private static void score(
      ArenaScope scope,
      MemorySegment query,
      MemorySegment candidates,
      long dimensions,
      long count,
      long stride,
      MemorySegment scores) {
    Status.requireOk(
        engram_arena_h.engram_vector_similarity(
            ScopeAccess.header(scope), query, candidates, dimensions, count, stride, scores),
        "engram_vector_similarity");
  }

  private static void requireQuery(long dimensions) {
    if (dimensions == 0) {
      throw new IllegalArgumentException("query is empty; allowed is one element or more");
    }
  }

  private static void requireRows(long count) {
    if (count == 0) {
      throw new IllegalArgumentException("There are no candidates; allowed is one row or more");
    }
  }

  private static void requireRow(int dimensions, float[] candidate, int row) {
    if (candidate == null) {
      throw new NullPointerException("candidates[" + row + "]");
    }
    if (candidate.length != dimensions) {
      throw new IllegalArgumentException(
          "candidates[%d] has %d elements; allowed is as many as the query has, %d"
              .formatted(row, candidate.length, dimensions));
    }
  }

  /** The number of floats that a segment which native code can read holds. */
  private static long requireFloats(String name, MemorySegment segment) {
    Objects.requireNonNull(segment, name);
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          name + " is a heap segment; allowed is a native one (for arrays, pass the arrays)");
    }
    if (segment.address() % Float.BYTES != 0 || segment.byteSize() % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          ("%s starts %d bytes above a multiple of 4 and has %d bytes;"
                  + " allowed is an aligned start and a whole number of floats")
              .formatted(name, segment.address() % Float.BYTES, segment.byteSize()));
    }
    return segment.byteSize() / Float.BYTES;
  }

  private static void requireApart(String name, MemorySegment input, MemorySegment scores) {
    if (input.asOverlappingSlice(scores).isPresent()) {
      throw new IllegalArgumentException(
          "scores overlaps " + name + "; allowed is a segment apart from the inputs");
    }
  }
}
