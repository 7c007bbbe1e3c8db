package dev.engram.arena.stress.vectors;

/**
 * Queries and candidates with the score of every pair. Turn after turn another query meets the
 * candidates, in another order, so that what a call left behind in an arena does not pass for the
 * result of the next. Immutable.
 */
public final class DataSet {
  private final float[][] queries;
  private final float[][] candidates;
  private final double[][] scores;
  private final double tolerance;

  private DataSet(float[][] queries, float[][] candidates, double[][] scores, double tolerance) {
    this.queries = queries;
    this.candidates = candidates;
    this.scores = scores;
    this.tolerance = tolerance;
  }

  /** Computes the scores of all pairs. The vectors are all of one dimension, and not copied. */
  static DataSet of(float[][] queries, float[][] candidates) {
    double[][] scores = new double[queries.length][candidates.length];
    for (int q = 0; q < queries.length; q++) {
      for (int c = 0; c < candidates.length; c++) {
        scores[q][c] = CosineReference.score(queries[q], candidates[c]);
      }
    }
    return new DataSet(queries, candidates, scores, CosineReference.tolerance(queries[0].length));
  }

  /**
   * The query of a turn.
   *
   * @param turn counts from 0
   * @return the vector itself; must not be changed
   */
  public float[] query(long turn) {
    return queries[queryIndex(turn)];
  }

  /**
   * The candidates in the order of a turn.
   *
   * @param turn counts from 0
   * @return a new array of the vectors themselves, which must not be changed
   */
  public float[][] candidates(long turn) {
    int first = firstCandidate(turn);
    float[][] rows = new float[candidates.length][];
    System.arraycopy(candidates, first, rows, 0, candidates.length - first);
    System.arraycopy(candidates, 0, rows, candidates.length - first, first);
    return rows;
  }

  /**
   * Which candidate lies in a row on a turn; on turn 0 it is that of the row's number.
   *
   * @param turn counts from 0
   * @param row counts from 0
   * @return the candidate's number
   */
  public int candidateIn(long turn, int row) {
    return (int) (((long) firstCandidate(turn) + row) % candidates.length);
  }

  /**
   * The score of a pair in double precision.
   *
   * @param query the query's number: that of the turn, up to the number of queries
   * @param candidate the candidate's number
   * @return in [-1, 1], or not a number
   */
  public double scoreOf(int query, int candidate) {
    return scores[query][candidate];
  }

  /** The score that the candidate in {@code row} must have on a turn. */
  double score(long turn, int row) {
    return scoreOf(queryIndex(turn), candidateIn(turn, row));
  }

  /** Number of candidates. */
  int size() {
    return candidates.length;
  }

  /**
   * How far a right score may lie from the one in double precision.
   *
   * @return above 0
   */
  public double tolerance() {
    return tolerance;
  }

  private int queryIndex(long turn) {
    return (int) (turn % queries.length);
  }

  private int firstCandidate(long turn) {
    return (int) (turn % candidates.length);
  }
}
