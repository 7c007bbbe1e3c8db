package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VirtualScenarioTest {
  private static final long POOL_SIZE = 64 << 10;
  private static final ArenaConfig ARENAS = Runs.arenas(POOL_SIZE, OverflowStrategy.ERROR_RETURN);
  private static final long LATE = 200;

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void virtualThreadsShareArenasAndNoBytes() throws InterruptedException {
    ScenarioResult result =
        Runs.run(
            new VirtualScenario(),
            Runs.settings(Scale.of(1_000, 10_000), Scale.of(5, 20), 64, 16, ARENAS));
    Runs.assertHeld(result);
    assertThat(result.atWork().liveArenas()).isGreaterThan(100);
    assertThat(result.stats().totalAbandoned()).isPositive();
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR_RETURN", "FALLBACK"})
  void fewArenasServeManyThreads(OverflowStrategy strategy) throws InterruptedException {
    ScenarioResult result =
        Runs.run(
            new VirtualScenario(),
            Runs.settings(200, 10, 64, 16, Runs.boundedArenas(POOL_SIZE, strategy, 16)));
    Runs.assertHeld(result);
    assertThat(result.atWork().liveArenas()).isBetween(1L, 16L);
  }

  @Test
  void aByteThatChangesIsFound() throws InterruptedException {
    Interlude flipping =
        (random, newest) ->
            newest.set(ValueLayout.JAVA_BYTE, 5, (byte) ~newest.get(ValueLayout.JAVA_BYTE, 5));
    assertThat(Runs.broken(run(Once.onOccasion(LATE, flipping))))
        .containsExactly("every byte is what its scope wrote");
  }

  @Test
  void aScopeTooManyIsFound() throws InterruptedException {
    Interlude openingAnother = (random, newest) -> ArenaControl.openScope().close();
    assertThat(Runs.broken(run(Once.onOccasion(LATE, openingAnother))))
        .containsExactly("the totals are exact");
  }

  @Test
  void aWrongScoreIsFound() throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    BatchKernel wrongOnce =
        (query, candidates) -> {
          float[] scores = CosineSimilarity.scores(query, candidates);
          scores[2] += calls.incrementAndGet() == 20 ? 1e-3f : 0;
          return scores;
        };
    assertThat(Runs.broken(run(Interlude.NONE, wrongOnce))).containsExactly("every score is right");
  }

  @Test
  void aLeaseThatIsNotGivenBackIsFound() throws InterruptedException {
    try (StayingThread staying = new StayingThread(Thread.ofVirtual())) {
      assertThat(Runs.broken(run(staying.onOccasion(LATE))))
          .contains(
              "the totals are exact", "nothing is in use at the end", "every lease has come back");
    }
  }

  @Test
  void sizesThatDoNotAgreeAreFound() throws InterruptedException {
    assertThat(Runs.broken(run(Plants.askingForMore())))
        .containsExactly("every exception gives sizes that agree");
  }

  @Test
  void aRefusalThatIsNotCountedIsFound() throws InterruptedException {
    assertThat(Runs.broken(run(Plants.refusingAnArena())))
        .containsExactly("every refused arena is counted");
  }

  @Test
  void aBoundThatIsNotKeptIsFound() throws InterruptedException {
    Interlude unbounding = Plants.takingBoundsAway();
    Interlude meeting =
        (random, newest) -> {
          unbounding.run(random, newest);
          // So that one more thread is admitted than there may be arenas.
          Thread.sleep(5);
        };
    VirtualScenario scenario =
        new VirtualScenario(meeting, BatchKernel.COSINE_SIMILARITY, Duration.ofSeconds(2));
    ArenaConfig bounded = Runs.boundedArenas(POOL_SIZE, OverflowStrategy.ERROR_RETURN, 4);
    assertThat(Runs.broken(Runs.run(scenario, Runs.settings(50, 10, 64, 16, bounded))))
        .contains("the arenas are bounded by maxTotalBytes");
  }

  @Test
  void aThreadThatFailsIsFound() throws InterruptedException {
    Interlude failing =
        (random, newest) -> {
          throw new IllegalStateException("the thread is broken");
        };
    assertThat(Runs.broken(run(Once.onOccasion(LATE, failing))))
        .contains("no worker failed", "every operation was completed");
  }

  @Test
  void aKernelThatDoesNotFitIsRefused() {
    StressSettings settings = Runs.settings(1, 1, 10_000, 4, ARENAS);
    assertThatThrownBy(() -> new VirtualScenario().check(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give a smaller --dim or a larger --pool-size");
  }

  private static ScenarioResult run(Interlude interlude) throws InterruptedException {
    return run(interlude, BatchKernel.COSINE_SIMILARITY);
  }

  private static ScenarioResult run(Interlude interlude, BatchKernel kernel)
      throws InterruptedException {
    return Runs.run(
        new VirtualScenario(interlude, kernel, Duration.ofSeconds(2)),
        Runs.settings(50, 10, 64, 16, ARENAS));
  }
}
