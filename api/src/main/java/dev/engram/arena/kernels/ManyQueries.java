package dev.engram.arena.kernels;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.ScopeAccess;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/** Scores of many queries at once. */
final class ManyQueries {
  /** Scores that are computed before they are copied out: those still in a cache near the core. */
  private static final long SCORES_BYTES_MAX = 64 << 10;

  private ManyQueries() {}

  /**
   * Scores queries that are an array each: as many at a time as a quarter of the arena holds, since
   * the kernel needs scratch too.
   */
  static float[][] scores(float[][] queries, VectorMatrix candidates) {
    VectorMatrix.Contents rows = candidates.contents();
    float[][] scores = new float[queries.length][candidates.rows()];
    int first = 0;
    while (first < queries.length) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        long room = scope.availableBytes() / 4 / StagedQuery.paddedBytes(candidates.dimensions());
        int count = Math.clamp(room, 1, queries.length - first);
        scoreGroup(scope, queries, first, count, candidates, rows, scores);
        first += count;
      }
    }
    return scores;
  }

  private static void scoreGroup(
      ArenaScope scope,
      float[][] queries,
      int firstQuery,
      int queryCount,
      VectorMatrix candidates,
      VectorMatrix.Contents rows,
      float[][] scores) {
    SegmentAllocator scratch = scope.uninitialized();
    long queryBytes = StagedQuery.paddedBytes(candidates.dimensions());
    MemorySegment staged = scratch.allocate(queryCount * queryBytes, StagedQuery.ALIGNMENT_BYTES);
    LoopParts.run(
        queryCount,
        HeapCopies.rowsOfPiece(candidates.dimensions()),
        (first, end) -> {
          for (int i = first; i < end; i++) {
            stage(queries, firstQuery + i, candidates.dimensions(), staged, i * queryBytes);
          }
        });
    long room = Math.min(scope.availableBytes() / 4, SCORES_BYTES_MAX) / Float.BYTES;
    int partRows = Math.clamp(room / queryCount, 1, candidates.rows());
    MemorySegment part = scratch.allocate(ValueLayout.JAVA_FLOAT, (long) queryCount * partRows);
    for (int row = 0; row < candidates.rows(); row += partRows) {
      int count = Math.min(partRows, candidates.rows() - row);
      score(scope, staged, queryCount, candidates, rows, row, count, part, count);
      for (int i = 0; i < queryCount; i++) {
        MemorySegment.copy(
            part,
            ValueLayout.JAVA_FLOAT,
            (long) i * count * Float.BYTES,
            scores[firstQuery + i],
            row,
            count);
      }
    }
  }

  private static void stage(
      float[][] queries, int query, int dimensions, MemorySegment staged, long offset) {
    // Read once: whoever holds the outer array may put another one there at any time.
    float[] elements = Arguments.requireRow("queries", query, queries[query], "a row", dimensions);
    HeapCopies.copy(elements, 0, dimensions, staged, offset);
  }

  /**
   * Scores some rows of a matrix.
   *
   * @param queries as a matrix has them: as long and as far apart as the candidates
   * @param scores written: query i's from {@code i * scoreStride} on
   */
  static void score(
      ArenaScope scope,
      MemorySegment queries,
      int queryCount,
      VectorMatrix candidates,
      VectorMatrix.Contents rows,
      int firstRow,
      int rowCount,
      MemorySegment scores,
      long scoreStride) {
    long stride = candidates.stride();
    MemorySegment norms = rows.norms();
    ScopeAccess.requireMemory(
        scope,
        engram_arena_h.engram_vector_similarity_batch(
            ScopeAccess.header(scope),
            queries,
            queryCount,
            stride,
            rows.memory().asSlice(firstRow * stride * Float.BYTES),
            candidates.dimensions(),
            rowCount,
            stride,
            norms.address() == 0 ? norms : norms.asSlice((long) firstRow * Double.BYTES),
            scores,
            scoreStride,
            ScopeAccess.failure(scope)),
        "engram_vector_similarity_batch");
  }
}
