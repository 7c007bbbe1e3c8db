package dev.engram.arena.kernels;

import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.ScopeAccess;
import dev.engram.arena.internal.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The candidates that are most similar to a query. */
final class MostSimilar {
  private static final int MATCHES_OF_PART = 1024;

  private final int k;
  private final MemorySegment indices;
  private final MemorySegment scores;

  private MostSimilar(SegmentAllocator scratch, int k) {
    this.k = k;
    indices = scratch.allocate(ValueLayout.JAVA_INT, k);
    scores = scratch.allocate(ValueLayout.JAVA_FLOAT, k);
  }

  /** Those of a matrix, in one call. */
  static List<Match> of(
      ArenaScope scope,
      MemorySegment query,
      double queryNorm,
      VectorMatrix candidates,
      VectorMatrix.Contents rows,
      int k) {
    MostSimilar best = new MostSimilar(scope.uninitialized(), Math.min(k, candidates.rows()));
    ScopeAccess.requireMemory(
        scope,
        engram_arena_h.engram_vector_top_k(
            ScopeAccess.header(scope),
            query,
            queryNorm,
            rows.memory(),
            candidates.dimensions(),
            candidates.rows(),
            candidates.stride(),
            rows.norms(),
            best.k,
            best.indices,
            best.scores,
            ScopeAccess.failure(scope)),
        "engram_vector_top_k");
    return best.matches();
  }

  /** Those of candidates that are scored in parts. */
  static List<Match> inParts(ArenaScope scope, int rows, int k, ScoreParts.Candidates candidates) {
    SegmentAllocator scratch = scope.uninitialized();
    MostSimilar best = new MostSimilar(scratch, Math.min(k, rows));
    MemorySegment found = scratch.allocate(ValueLayout.JAVA_LONG);
    found.set(ValueLayout.JAVA_LONG, 0, 0);
    ScoreParts.score(
        scope,
        rows,
        candidates,
        (first, count, scores) ->
            Status.requireOk(
                engram_arena_h.engram_select_top_k(
                    scores, count, first, best.k, found, best.indices, best.scores),
                "engram_select_top_k"));
    return best.matches();
  }

  private List<Match> matches() {
    Match[] matches = new Match[k];
    LoopParts.run(
        k,
        MATCHES_OF_PART,
        (first, end) -> {
          for (int i = first; i < end; i++) {
            matches[i] =
                new Match(
                    indices.getAtIndex(ValueLayout.JAVA_INT, i),
                    scores.getAtIndex(ValueLayout.JAVA_FLOAT, i));
          }
        });
    return List.of(matches);
  }
}
