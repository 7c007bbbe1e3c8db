package dev.engram.arena.stress.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreTallyTest {
  private static final float[][] QUERIES = {{1, 0}, {0, 1}};
  private static final float[][] CANDIDATES = {{1, 0}, {-1, 0}, {Float.NaN, 1}};
  private final DataSet data = DataSet.of(QUERIES, CANDIDATES);
  private final ScoreTally tally = new ScoreTally();

  @Test
  void rightScoresAreRight() {
    tally.check(data, 0, new float[] {1, -1, Float.NaN});
    assertThat(tally.allRight()).isTrue();
    assertThat(tally.detail()).startsWith("3 scores");
  }

  @Test
  void anErrorWithinTheToleranceIsRight() {
    float off = (float) (1 - 0.9 * data.tolerance());
    tally.check(data, 0, new float[] {off, -off, Float.NaN});
    assertThat(tally.allRight()).isTrue();
  }

  @Test
  void anErrorBeyondTheToleranceIsWrong() {
    float off = (float) (1 - 1.2 * data.tolerance());
    tally.check(data, 0, new float[] {1, -off, Float.NaN});
    assertThat(tally.allRight()).isFalse();
    assertThat(tally.detail()).startsWith("1 of 3 scores are wrong, the first on turn 0, row 1");
  }

  @Test
  void notANumberIsWrongWhereANumberIsExpected() {
    tally.check(data, 0, new float[] {Float.NaN, -1, Float.NaN});
    assertThat(tally.allRight()).isFalse();
  }

  @Test
  void aNumberIsWrongWhereNotANumberIsExpected() {
    tally.check(data, 0, new float[] {1, -1, 0});
    assertThat(tally.allRight()).isFalse();
  }

  @Test
  void scoresOfAnotherTurnAreWrong() {
    tally.check(data, 1, new float[] {1, -1, Float.NaN});
    assertThat(tally.allRight()).isFalse();
  }

  @Test
  void missingScoresAreWrong() {
    tally.check(data, 0, new float[] {1, -1});
    assertThat(tally.allRight()).isFalse();
    assertThat(tally.detail()).contains("2 scores for 3 candidates");
  }

  @Test
  void nothingCheckedIsNotRight() {
    assertThat(tally.allRight()).isFalse();
  }

  @Test
  void aSumRemembersWhatAnyTallySaw() {
    ScoreTally wrong = new ScoreTally();
    wrong.check(data, 0, new float[] {1, 1, Float.NaN});
    tally.check(data, 0, new float[] {1, -1, Float.NaN});
    ScoreTally sum = ScoreTally.sum(List.of(tally, wrong));
    assertThat(sum.allRight()).isFalse();
    assertThat(sum.detail()).startsWith("1 of 6 scores are wrong");
  }
}
