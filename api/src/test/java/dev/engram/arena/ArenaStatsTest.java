package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ArenaStatsTest {
  private static final ArenaStats EARLIER =
      new ArenaStats(7, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13);
  private static final ArenaStats LATER =
      new ArenaStats(7, 100, 200, 300, 400, 500, 600, 800, 900, 1000, 1100, 1200, 1300);

  @Test
  void sinceDifferencesCountersAndKeepsGaugesAndMaxima() {
    assertThat(LATER.since(EARLIER))
        .isEqualTo(
            new ArenaStats(7, 99, 198, 297, 396, 495, 594, 792, 900, 1000, 1100, 1200, 1300));
  }

  @Test
  void sinceRefusesAnotherEpoch() {
    ArenaStats other = new ArenaStats(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other.since(EARLIER))
        .withMessageContainingAll("7", "8", "epochs");
  }

  @Test
  void sinceRefusesTheLaterSnapshot() {
    ArenaStats later = new ArenaStats(7, 100, 100, 100, 100, 100, 100, 0, 0, 0, 0, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EARLIER.since(later))
        .withMessageContaining("later");
  }

  @Test
  void totalOverflowsCountsThoseThatFailedAndThoseThatWereServed() {
    assertThat(EARLIER.totalOverflows()).isEqualTo(9);
  }
}
