package dev.engram.arena.kernels;

import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Scores candidates in parts, so that the scratch is bounded by the arena, not by their number. */
final class ScoreParts {
  /** Rows whose scores stay in the cache nearest to the core until they are taken away. */
  static final int PART_ROWS_MAX = 1024;

  private ScoreParts() {}

  /** Rows that can be scored some at a time. */
  interface Candidates {
    /** Writes the scores of {@code count} rows from row {@code first} on to native memory. */
    void score(int first, int count, MemorySegment scores);
  }

  /** Takes the scores of a part away, before they are overwritten. */
  interface Taker {
    void take(int first, int count, MemorySegment scores);
  }

  /** All scores. */
  static float[] toArray(ArenaScope scope, int rows, Candidates candidates) {
    float[] all = new float[rows];
    score(
        scope,
        rows,
        candidates,
        (first, count, scores) ->
            MemorySegment.copy(scores, ValueLayout.JAVA_FLOAT, 0, all, first, count));
    return all;
  }

  /** Scores part after part, in ascending order of rows. */
  static void score(ArenaScope scope, int rows, Candidates candidates, Taker taker) {
    // Half of what is left: rows may have to be staged, too.
    long room = scope.availableBytes() / 2 / Float.BYTES;
    int partRows = Math.clamp(room, 1, Math.min(PART_ROWS_MAX, rows));
    MemorySegment scores = scope.uninitialized().allocate(ValueLayout.JAVA_FLOAT, partRows);
    int first = 0;
    while (first < rows) {
      int count = Math.min(partRows, rows - first);
      candidates.score(first, count, scores);
      taker.take(first, count, scores);
      first += count;
    }
  }
}
