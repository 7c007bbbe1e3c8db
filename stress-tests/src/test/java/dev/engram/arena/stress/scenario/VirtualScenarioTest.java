package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
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
    CountDownLatch leave = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    Interlude keeping =
        (random, newest) -> {
          CountDownLatch open = new CountDownLatch(1);
          Thread.ofVirtual().start(() -> hold(open, leave, left));
          open.await();
        };
    assertThat(Runs.broken(run(Once.onOccasion(LATE, keeping))))
        .contains(
            "the totals are exact", "nothing is in use at the end", "every lease has come back");
    leave.countDown();
    left.await();
  }

  @Test
  void aKernelThatDoesNotFitIsRefused() {
    StressSettings settings = Runs.settings(1, 1, 10_000, 4, ARENAS);
    assertThatThrownBy(() -> new VirtualScenario().check(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give a smaller --dim or a larger --pool-size");
  }

  private static void hold(CountDownLatch open, CountDownLatch leave, CountDownLatch left) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(64);
      open.countDown();
      leave.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      left.countDown();
    }
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
