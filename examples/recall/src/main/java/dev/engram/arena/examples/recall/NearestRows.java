package dev.engram.arena.examples.recall;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.kernels.CosineSimilarity;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Finds the rows of a matrix that point most nearly in the direction of a vector. */
final class NearestRows {

  /** Highest score first; of equal scores, the first row. NaN comes last. */
  private static final Comparator<Match> BEST_FIRST =
      Comparator.<Match>comparingDouble(match -> -match.score()).thenComparingInt(Match::row);

  private NearestRows() {}

  /**
   * Scores every row and returns the best.
   *
   * <p>The rows are read where they are. The query and the scores live in the thread's arena while
   * this runs.
   *
   * @param query a vector
   * @param rows native memory: at least one row of the query's length, one after the other
   * @param count how many rows to return at most
   * @throws dev.engram.arena.ArenaOverflowException if the query and the scores do not fit the
   *     thread's arena
   */
  static List<Match> find(float[] query, MemorySegment rows, int count) {
    try (ArenaScope scratch = ArenaControl.openScope()) {
      MemorySegment nativeQuery = scratch.allocateFrom(JAVA_FLOAT, query);
      MemorySegment scores = scratch.allocate(JAVA_FLOAT, rows.byteSize() / nativeQuery.byteSize());
      CosineSimilarity.scores(nativeQuery, rows, scores);
      return best(scores.toArray(JAVA_FLOAT), count);
    }
  }

  /** Returns the highest scores, highest first. */
  static List<Match> best(float[] scores, int count) {
    PriorityQueue<Match> best = new PriorityQueue<>(BEST_FIRST.reversed());
    for (int row = 0; row < scores.length; row++) {
      float score = scores[row];
      if (best.size() == count) {
        // The common case. An equal score does not replace that of an earlier row.
        if (score <= best.element().score() || Float.isNaN(score)) {
          continue;
        }
        best.remove();
      }
      best.add(new Match(row, score));
    }
    return best.stream().sorted(BEST_FIRST).toList();
  }
}
