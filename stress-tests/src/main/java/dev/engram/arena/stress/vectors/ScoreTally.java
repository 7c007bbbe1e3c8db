package dev.engram.arena.stress.vectors;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Holds scores against those of a {@link DataSet} and remembers what it saw. For one thread at a
 * time.
 */
public final class ScoreTally {
  private long checked;
  private long wrong;
  private double largestError;
  private double tolerance;
  private @Nullable String firstWrong;

  /** An empty tally. */
  public ScoreTally() {}

  /**
   * What several tallies saw together.
   *
   * @param tallies tallies that no thread changes any more
   * @return a new tally
   */
  public static ScoreTally sum(List<ScoreTally> tallies) {
    ScoreTally sum = new ScoreTally();
    for (ScoreTally tally : tallies) {
      sum.checked += tally.checked;
      sum.wrong += tally.wrong;
      sum.largestError = Math.max(sum.largestError, tally.largestError);
      sum.tolerance = Math.max(sum.tolerance, tally.tolerance);
      sum.firstWrong = sum.firstWrong == null ? tally.firstWrong : sum.firstWrong;
    }
    return sum;
  }

  /**
   * Checks every score of one call.
   *
   * @param data what was compared
   * @param turn the turn it was compared on
   * @param scores what the call returned
   */
  public void check(DataSet data, long turn, float[] scores) {
    tolerance = data.tolerance();
    if (scores.length != data.size()) {
      wrong(data.size(), "%d scores for %d candidates".formatted(scores.length, data.size()));
      return;
    }
    for (int row = 0; row < scores.length; row++) {
      check(data, turn, row, scores[row]);
    }
  }

  private void check(DataSet data, long turn, int row, float score) {
    checked++;
    double expected = data.score(turn, row);
    if (Double.isNaN(expected) && Float.isNaN(score)) {
      return;
    }
    double error = Math.abs(score - expected);
    // The negation catches a score that is not a number, too.
    if (!(error <= tolerance)) {
      checked--;
      wrong(1, "turn %d, row %d: %s instead of %s".formatted(turn, row, score, expected));
    } else {
      largestError = Math.max(largestError, error);
    }
  }

  private void wrong(long scores, String what) {
    checked += scores;
    wrong += scores;
    if (firstWrong == null) {
      firstWrong = what;
    }
  }

  /**
   * Whether scores were seen and all were right.
   *
   * @return false if one was wrong, or if there was none
   */
  public boolean allRight() {
    return wrong == 0 && checked > 0;
  }

  /**
   * What was seen, for a report.
   *
   * @return one line
   */
  public String detail() {
    if (firstWrong != null) {
      return String.format(
          Locale.ROOT,
          "%,d of %,d scores are wrong, the first on %s (allowed error %.2g)",
          wrong,
          checked,
          firstWrong,
          tolerance);
    }
    return String.format(
        Locale.ROOT,
        "%,d scores against double precision, largest error %.2g of %.2g allowed",
        checked,
        largestError,
        tolerance);
  }
}
