package dev.engram.arena.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeBudgetTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);

  @ParameterizedTest
  @ValueSource(longs = {0, 200, 1_500, 2_500})
  void runsFillTheTimeWhateverTheyTakeBeyondTheirs(long extraMillis) {
    TimeBudget budget = new TimeBudget(Duration.ofSeconds(60), 11, clock::get);
    for (int run = 0; run < 9; run++) {
      Duration share = budget.begin(run == 8 ? 3 : 1);
      clock.addAndGet(share.plusMillis(extraMillis).toNanos());
      budget.end();
    }
    assertThat(budget.elapsed()).isBetween(Duration.ofSeconds(57), Duration.ofSeconds(63));
  }

  @Test
  void sharesAreInProportionToTheWeights() {
    TimeBudget budget = new TimeBudget(Duration.ofSeconds(100), 4, clock::get);
    Duration first = budget.begin(1);
    assertThat(first.toMillis()).isEqualTo(23_500);
    clock.addAndGet(first.plusMillis(1_500).toNanos());
    budget.end();
    Duration second = budget.begin(3);
    clock.addAndGet(second.plusMillis(1_500).toNanos());
    budget.end();
    assertThat(second.toMillis()).isEqualTo(73_500);
    assertThat(budget.left()).isZero();
  }

  @Test
  void whoComesLateStillGetsASecond() {
    TimeBudget budget = new TimeBudget(Duration.ofSeconds(10), 2, clock::get);
    budget.begin(1);
    clock.addAndGet(Duration.ofSeconds(50).toNanos());
    budget.end();
    assertThat(budget.left()).isZero();
    assertThat(budget.begin(1)).isEqualTo(Duration.ofSeconds(1));
  }
}
