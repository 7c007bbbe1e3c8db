package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.scenario.ShortThreads.Totals;
import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Threads come and go; their arenas must go with them. The controls are {@link
 * #twoThousandThreadsAtOnceLeaveNothingBehind}, which sees each arena while its thread lives,
 * {@link #aThreadThatHasNotEndedIsSeen} and {@link #whatIsDoneBesideIsSeenInTheTotals}.
 */
class ThreadEndTest {
  private static final int AT_ONCE = 2_000;
  private static final int SHORT_THREADS = Scale.of(4_000, 100_000);
  private static final int FIRST_THREADS = 1_000;

  /** A thread can be joined a little before it gives its arena back. */
  private static final Duration AFTER_THE_LAST_EXIT = Duration.ofSeconds(1);

  /** What arenas hold, by the library's own account and by the system's. */
  private record Held(long arenas, long reservedBytes, long mappings) {
    static Held now() {
      ArenaStats stats = ArenaControl.stats();
      return new Held(stats.liveArenas(), stats.reservedBytes(), ArenaMappings.count());
    }

    Held plus(int more) {
      return new Held(
          arenas + more, reservedBytes + more * ArenaMappings.POOL_SIZE, mappings + more);
    }
  }

  @BeforeEach
  void startAfresh() {
    Runs.startAfresh();
    ArenaControl.configure(Runs.arenas(ArenaMappings.POOL_SIZE, OverflowStrategy.ERROR_RETURN));
  }

  @AfterEach
  void leaveAfresh() {
    Runs.startAfresh();
  }

  @Test
  void shortThreadsLeaveNothingBehind() throws InterruptedException {
    Held atFirst = Held.now();
    ShortThreads.comeAndGo(FIRST_THREADS);
    awaitHeld(atFirst);
    ArenaStats before = ArenaControl.stats();
    Totals expected = ShortThreads.comeAndGo(SHORT_THREADS);
    awaitHeld(atFirst);
    assertThat(Totals.of(ArenaControl.stats().since(before))).isEqualTo(expected);
    assertThat(expected.overflows()).isPositive();
    assertThat(expected.abandoned()).isPositive();
  }

  @Test
  void twoThousandThreadsAtOnceLeaveNothingBehind() throws InterruptedException {
    Held before = Held.now();
    ArenaStats statsBefore = ArenaControl.stats();
    Totals expected =
        ShortThreads.liveTogether(
            AT_ONCE, () -> assertThat(Held.now()).isEqualTo(before.plus(AT_ONCE)));
    awaitHeld(before);
    assertThat(Totals.of(ArenaControl.stats().since(statsBefore))).isEqualTo(expected);
  }

  @Test
  void aThreadThatHasNotEndedIsSeen() throws InterruptedException {
    Held before = Held.now();
    ShortThreads.liveTogether(
        1,
        () ->
            assertThatThrownBy(() -> awaitHeld(before))
                .isInstanceOf(ConditionTimeoutException.class)
                .hasMessageContaining(before.plus(1).toString()));
    awaitHeld(before);
  }

  @Test
  void whatIsDoneBesideIsSeenInTheTotals() throws InterruptedException {
    Held atFirst = Held.now();
    ArenaStats before = ArenaControl.stats();
    Totals expected = ShortThreads.comeAndGo(1);
    ShortThreads.comeAndGo(1);
    awaitHeld(atFirst);
    assertThat(Totals.of(ArenaControl.stats().since(before))).isEqualTo(expected.plus(expected));
    assertThat(expected).isNotEqualTo(expected.plus(expected));
  }

  private static void awaitHeld(Held expected) {
    await()
        .atMost(AFTER_THE_LAST_EXIT)
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(Held.now()).isEqualTo(expected));
  }
}
