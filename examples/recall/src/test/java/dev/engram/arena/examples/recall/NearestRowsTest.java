package dev.engram.arena.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NearestRowsTest {

  @Test
  void theHighestScoresComeFirst() {
    assertThat(NearestRows.best(new float[] {0.25f, -1, 0.75f, 0.5f}, 3))
        .containsExactly(new Match(2, 0.75f), new Match(3, 0.5f), new Match(0, 0.25f));
  }

  @Test
  void equalScoresKeepTheOrderOfTheRows() {
    assertThat(NearestRows.best(new float[] {0, 1, 0, 1}, 4))
        .extracting(Match::row)
        .containsExactly(1, 3, 0, 2);
  }

  @Test
  void ofEqualScoresTheFirstRowsAreKept() {
    assertThat(NearestRows.best(new float[] {0, 1, 1, 1}, 2))
        .extracting(Match::row)
        .containsExactly(1, 2);
  }

  @Test
  void notANumberGivesWayToNumbers() {
    assertThat(NearestRows.best(new float[] {Float.NaN, Float.NaN, -1, Float.NaN, 0}, 2))
        .extracting(Match::row)
        .containsExactly(4, 2);
    assertThat(NearestRows.best(new float[] {-1, 0, Float.NaN}, 2))
        .extracting(Match::row)
        .containsExactly(1, 0);
  }

  /** Every list is the beginning of the full ranking, in which nothing is left out. */
  @Test
  void aShortListIsTheBeginningOfALongOne() {
    Random random = new Random(7);
    float[] scores = new float[1_000];
    for (int row = 0; row < scores.length; row++) {
      scores[row] = random.nextInt(50);
    }
    List<Match> all = NearestRows.best(scores, scores.length);

    assertThat(all).hasSize(scores.length);
    assertThat(NearestRows.best(scores, 100)).isEqualTo(all.subList(0, 100));
  }

  @Test
  void notANumberComesLast() {
    assertThat(NearestRows.best(new float[] {Float.NaN, -1, Float.NaN, 1}, 4))
        .extracting(Match::row)
        .containsExactly(3, 1, 0, 2);
  }

  @Test
  void thereAreNoMoreMatchesThanRows() {
    assertThat(NearestRows.best(new float[] {1, 2}, 10)).hasSize(2);
  }

  @Test
  void rowsAreRankedByTheirAngleToTheQuery() {
    float[] rows = {0, 1, /**/ -1, 0, /**/ 5, 5, /**/ 2, 0};

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, rows);
      List<Match> matches = NearestRows.find(new float[] {3, 0}, segment, 4);

      assertThat(matches).extracting(Match::row).containsExactly(3, 2, 0, 1);
      assertThat(matches.getFirst().score()).isEqualTo(1);
      assertThat(matches.getLast().score()).isEqualTo(-1);
    }
  }
}
