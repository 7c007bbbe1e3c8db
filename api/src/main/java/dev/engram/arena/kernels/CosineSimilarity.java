package dev.engram.arena.kernels;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.ScopeAccess;
import dev.engram.arena.internal.Status;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * Cosine similarity of queries with many candidates: {@code dot(query, row) / (|query| * |row|)},
 * from -1 for opposite to 1 for equal directions.
 *
 * <p>Scores are clamped to [-1, 1]. A row or a query with an element that is not finite scores NaN;
 * otherwise a zero vector has similarity 0 with everything. Sums are taken in single precision, and
 * again in double precision where they leave the range in which single precision is safe. The order
 * of summation depends on the number of dimensions only: on one {@linkplain
 * dev.engram.arena.CpuLevel CPU level} equal input gives equal bits, in whichever form it comes. A
 * score is at most 4e-5 from the exact value, typically less than 1e-6.
 *
 * <p>Of arrays the query is copied into what is left of the thread's arena, and rows are read where
 * they lie, unless a row has more than 32,768 elements: such rows are copied there too, one at a
 * time. Candidates that are scored more than once belong into a {@link VectorMatrix}, which is read
 * fastest. A call is one scope, and so at most one reset of the arena, and none inside another
 * scope; with many queries it is one for as many of them as a quarter of the arena holds.
 *
 * <p>Every method throws {@link dev.engram.arena.ArenaOverflowException} if what it copies, or the
 * scratch that it says it needs, does not fit what is left of the arena and the overflow strategy
 * does not serve it, or if there is no arena for the thread; outputs are untouched then, and the
 * next call is not affected. Where an input is refused outputs are untouched, too.
 *
 * <p>The methods may be called by any thread. What they are given must not change during a call.
 */
public final class CosineSimilarity {
  private CosineSimilarity() {}

  /**
   * Scores rows that are an array each.
   *
   * @param query the query, at least one element
   * @param candidates the rows, at least one, each as long as the query
   * @return a score for each row, in their order
   * @throws IllegalArgumentException if the query is empty, there is no row, or a row is not as
   *     long as the query
   */
  public static float[] scores(float[] query, float[][] candidates) {
    requireRows(query, candidates);
    try (ArenaScope scope = ArenaControl.openScope()) {
      StagedQuery staged = StagedQuery.in(scope, query);
      return ScoreParts.toArray(
          scope,
          candidates.length,
          (first, count, scores) -> staged.score(scope, candidates, first, count, scores));
    }
  }

  /**
   * Scores rows that lie one after the other in one array.
   *
   * @param query the query, at least one element
   * @param candidates the rows, at least one, each as long as the query
   * @return a score for each row, in their order
   * @throws IllegalArgumentException if the query is empty, or the candidates are not one whole row
   *     or more
   */
  public static float[] scores(float[] query, float[] candidates) {
    int rows = requireRows(query, candidates);
    MemorySegment all = MemorySegment.ofArray(candidates);
    try (ArenaScope scope = ArenaControl.openScope()) {
      StagedQuery staged = StagedQuery.in(scope, query);
      return ScoreParts.toArray(
          scope,
          rows,
          (first, count, scores) ->
              staged.score(scope, all, query.length, MemorySegment.NULL, first, count, scores));
    }
  }

  /**
   * Scores the rows of a matrix.
   *
   * @param query the query, as long as a row
   * @param candidates the rows
   * @return a score for each row, in their order
   * @throws IllegalArgumentException if the query is not as long as a row
   * @throws IllegalStateException if the matrix is closed
   */
  public static float[] scores(float[] query, VectorMatrix candidates) {
    requireDimensions(query, candidates);
    VectorMatrix.Contents rows = candidates.contents();
    long stride = candidates.stride();
    try (ArenaScope scope = ArenaControl.openScope()) {
      StagedQuery staged = StagedQuery.in(scope, query);
      return ScoreParts.toArray(
          scope,
          candidates.rows(),
          (first, count, scores) ->
              staged.score(scope, rows.memory(), stride, rows.norms(), first, count, scores));
    }
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
   * @param scores written: a score for each row, in their order; must not overlap the others
   * @throws IllegalArgumentException if a segment is on the heap, is not aligned to a float's 4
   *     bytes or not a whole number of floats long, if the sizes do not fit together, if {@code
   *     scores} is read-only or overlaps an input, or if there is no row
   * @throws IllegalStateException if a segment is closed
   * @throws WrongThreadException if a segment is confined to another thread
   */
  public static void scores(MemorySegment query, MemorySegment candidates, MemorySegment scores) {
    long dimensions = Arguments.requireFloats("query", query);
    Arguments.requireFloats("candidates", candidates);
    long count = Arguments.requireFloats("scores", scores);
    requireQuery(dimensions);
    requireRows(count);
    // Divided, since the product could wrap.
    if (candidates.byteSize() % query.byteSize() != 0
        || candidates.byteSize() / query.byteSize() != count) {
      throw new IllegalArgumentException(
          "candidates has %d bytes; allowed is %d rows, one for each score, of the query's %d bytes"
              .formatted(candidates.byteSize(), count, query.byteSize()));
    }
    Arguments.requireWritable("scores", scores);
    Arguments.requireApart("query", query, "scores", scores);
    Arguments.requireApart("candidates", candidates, "scores", scores);
    score(query, candidates, dimensions, count, dimensions, MemorySegment.NULL, scores);
  }

  /**
   * Scores the rows of a matrix, and copies nothing but, where it fits the thread's arena, a query
   * that is not 64-byte aligned.
   *
   * @param query the query: as many floats as a row has elements
   * @param candidates the rows
   * @param scores written: a score for each row, in their order; must not overlap the query
   * @throws IllegalArgumentException if a segment is on the heap, is not aligned to a float's 4
   *     bytes or not as long as it has to be, or if {@code scores} is read-only or overlaps the
   *     query
   * @throws IllegalStateException if the matrix or a segment is closed
   * @throws WrongThreadException if a segment is confined to another thread
   */
  public static void scores(MemorySegment query, VectorMatrix candidates, MemorySegment scores) {
    requireDimensions(query, candidates);
    VectorMatrix.Contents rows = candidates.contents();
    requireScores(scores, candidates.rows(), "one for each row");
    Arguments.requireApart("query", query, "scores", scores);
    score(
        query,
        rows.memory(),
        candidates.dimensions(),
        candidates.rows(),
        candidates.stride(),
        rows.norms(),
        scores);
  }

  /**
   * Scores the rows of a matrix for many queries at once, which reads each row once for several of
   * them.
   *
   * <p>Scratch: the queries and 64 KiB of scores, in parts as the arena has room for them.
   *
   * @param queries the queries, at least one, each as long as a row
   * @param candidates the rows
   * @return for each query, in their order, a score for each row
   * @throws IllegalArgumentException if there is no query, or one is not as long as a row
   * @throws IllegalStateException if the matrix is closed
   */
  public static float[][] scores(float[][] queries, VectorMatrix candidates) {
    int count = Objects.requireNonNull(queries, "queries").length;
    if (count == 0) {
      throw Arguments.refused("queries", "empty", "one query or more");
    }
    Objects.requireNonNull(candidates, "candidates");
    Arguments.requireRows("queries", queries, "a row", candidates.dimensions());
    return ManyQueries.scores(queries, candidates);
  }

  /**
   * Scores the rows of a matrix for all rows of another one, which reads each candidate once for
   * several queries.
   *
   * @param queries the queries
   * @param candidates the rows, as long as the queries
   * @param scores written: for each query, in their order, a score for each candidate
   * @throws IllegalArgumentException if the matrices do not have the same dimensions, or {@code
   *     scores} is on the heap, is not aligned to a float's 4 bytes, not as long as it has to be,
   *     or read-only
   * @throws IllegalStateException if a matrix or {@code scores} is closed
   * @throws WrongThreadException if {@code scores} is confined to another thread
   */
  public static void scores(VectorMatrix queries, VectorMatrix candidates, MemorySegment scores) {
    Objects.requireNonNull(queries, "queries");
    Objects.requireNonNull(candidates, "candidates");
    requireDimensions("queries", queries.dimensions(), candidates);
    MemorySegment rowsOfQueries = queries.contents().memory();
    VectorMatrix.Contents rows = candidates.contents();
    long count = (long) queries.rows() * candidates.rows();
    requireScores(scores, count, "one for each candidate and query");
    try (ArenaScope scope = ArenaControl.openScope()) {
      ManyQueries.score(
          scope,
          rowsOfQueries,
          queries.rows(),
          candidates,
          rows,
          0,
          candidates.rows(),
          scores,
          candidates.rows());
    }
  }

  /**
   * The rows that are most similar to a query.
   *
   * <p>Scratch: 8 bytes for each row to be found, and 4 KiB.
   *
   * @param query the query, as long as a row
   * @param candidates the rows
   * @param k how many rows to find, 1 or more; all, if there are fewer
   * @return the best first; of equal scores the lower index, and NaN last
   * @throws IllegalArgumentException if the query is not as long as a row, or {@code k} is less
   *     than 1
   * @throws IllegalStateException if the matrix is closed
   */
  public static List<Match> topK(float[] query, VectorMatrix candidates, int k) {
    requireDimensions(query, candidates);
    requireK(k);
    VectorMatrix.Contents rows = candidates.contents();
    try (ArenaScope scope = ArenaControl.openScope()) {
      StagedQuery staged = StagedQuery.in(scope, query);
      return MostSimilar.of(scope, staged.query(), staged.norm(), candidates, rows, k);
    }
  }

  /**
   * The rows that are most similar to a query. As {@link #topK(float[], VectorMatrix, int)}
   * otherwise.
   *
   * @param query the query: as many floats as a row has elements
   * @param candidates the rows
   * @param k how many rows to find, 1 or more; all, if there are fewer
   * @return the best first; of equal scores the lower index, and NaN last
   * @throws IllegalArgumentException if the query is on the heap, is not aligned to a float's 4
   *     bytes or not as long as a row, or {@code k} is less than 1
   * @throws IllegalStateException if the matrix or the query is closed
   * @throws WrongThreadException if the query is confined to another thread
   */
  public static List<Match> topK(MemorySegment query, VectorMatrix candidates, int k) {
    requireDimensions(query, candidates);
    requireK(k);
    VectorMatrix.Contents rows = candidates.contents();
    try (ArenaScope scope = ArenaControl.openScope()) {
      return MostSimilar.of(scope, query, Double.NaN, candidates, rows, k);
    }
  }

  /**
   * The rows that are most similar to a query. As {@link #topK(float[], VectorMatrix, int)}
   * otherwise.
   *
   * @param query the query, at least one element
   * @param candidates the rows, at least one, each as long as the query
   * @param k how many rows to find, 1 or more; all, if there are fewer
   * @return the best first; of equal scores the lower index, and NaN last
   * @throws IllegalArgumentException if the query is empty, there is no row, a row is not as long
   *     as the query, or {@code k} is less than 1
   */
  public static List<Match> topK(float[] query, float[][] candidates, int k) {
    requireRows(query, candidates);
    requireK(k);
    try (ArenaScope scope = ArenaControl.openScope()) {
      StagedQuery staged = StagedQuery.in(scope, query);
      return MostSimilar.inParts(
          scope,
          candidates.length,
          k,
          (first, count, scores) -> staged.score(scope, candidates, first, count, scores));
    }
  }

  /**
   * The rows that are most similar to a query. As {@link #topK(float[], VectorMatrix, int)}
   * otherwise.
   *
   * @param query the query, at least one element
   * @param candidates the rows, one after the other, at least one, each as long as the query
   * @param k how many rows to find, 1 or more; all, if there are fewer
   * @return the best first; of equal scores the lower index, and NaN last
   * @throws IllegalArgumentException if the query is empty, the candidates are not one whole row or
   *     more, or {@code k} is less than 1
   */
  public static List<Match> topK(float[] query, float[] candidates, int k) {
    int rows = requireRows(query, candidates);
    requireK(k);
    MemorySegment all = MemorySegment.ofArray(candidates);
    try (ArenaScope scope = ArenaControl.openScope()) {
      StagedQuery staged = StagedQuery.in(scope, query);
      return MostSimilar.inParts(
          scope,
          rows,
          k,
          (first, count, scores) ->
              staged.score(scope, all, query.length, MemorySegment.NULL, first, count, scores));
    }
  }

  private static void score(
      MemorySegment query,
      MemorySegment candidates,
      long dimensions,
      long count,
      long stride,
      MemorySegment norms,
      MemorySegment scores) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      Status.requireOk(
          engram_arena_h.engram_vector_similarity(
              ScopeAccess.header(scope),
              query,
              Double.NaN,
              candidates,
              dimensions,
              count,
              stride,
              norms,
              scores),
          "engram_vector_similarity");
    }
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

  private static void requireRows(float[] query, float[][] candidates) {
    requireQuery(Objects.requireNonNull(query, "query").length);
    requireRows(Objects.requireNonNull(candidates, "candidates").length);
    Arguments.requireRows("candidates", candidates, "the query", query.length);
  }

  private static int requireRows(float[] query, float[] candidates) {
    requireQuery(Objects.requireNonNull(query, "query").length);
    requireRows(Objects.requireNonNull(candidates, "candidates").length);
    if (candidates.length % query.length != 0) {
      throw new IllegalArgumentException(
          "candidates has %d elements; allowed is a multiple of the query's %d"
              .formatted(candidates.length, query.length));
    }
    return candidates.length / query.length;
  }

  private static void requireDimensions(float[] query, VectorMatrix candidates) {
    Objects.requireNonNull(query, "query");
    Objects.requireNonNull(candidates, "candidates");
    requireDimensions("query", query.length, candidates);
  }

  private static void requireDimensions(MemorySegment query, VectorMatrix candidates) {
    long dimensions = Arguments.requireFloats("query", query);
    requireDimensions("query", dimensions, Objects.requireNonNull(candidates, "candidates"));
  }

  private static void requireDimensions(String name, long dimensions, VectorMatrix candidates) {
    if (dimensions != candidates.dimensions()) {
      throw new IllegalArgumentException(
          "%s has %d dimensions; allowed is as many as candidates has, %d"
              .formatted(name, dimensions, candidates.dimensions()));
    }
  }

  private static void requireScores(MemorySegment scores, long count, String what) {
    long room = Arguments.requireFloats("scores", scores);
    if (room != count) {
      throw new IllegalArgumentException(
          "scores has %d floats; allowed is %d, %s".formatted(room, count, what));
    }
    Arguments.requireWritable("scores", scores);
  }

  private static void requireK(int k) {
    if (k < 1) {
      throw Arguments.refused("k", k, "1 or more");
    }
  }
}
