package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusedArenasTest {
  private final RefusedArenas refused = new RefusedArenas();

  @Test
  void anEpochCountsFromNothing() {
    refused.count(0);
    refused.count(0);
    assertThat(refused.total(0)).isEqualTo(2);
    assertThat(refused.total(1)).isZero();
    refused.count(1);
    assertThat(refused.total(1)).isEqualTo(1);
  }

  @Test
  void anEpochThatIsOverHasNoTotal() {
    refused.count(0);
    refused.count(1);
    refused.count(0); // of a thread that was late
    assertThat(refused.total(0)).isNegative();
    assertThat(refused.total(1)).isEqualTo(1);
  }
}
