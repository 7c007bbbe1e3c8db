package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PressureScenarioTest {
  private static final int DIMENSIONS = 20_000;
  private static final int THREADS = 8;
  private static final int TURNS = 4;

  /** The kernel's calls in the large arena and under the cap. */
  private static final int CALLS_UNDER_THE_CAP = 1 + THREADS * TURNS;

  private static final ArenaConfig ARENAS = Runs.arenas(64 << 10, OverflowStrategy.FALLBACK);

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void memoryThatRunsShortIsNeitherLostNorMiscounted() throws InterruptedException {
    ScenarioResult result =
        Runs.run(new PressureScenario(), Runs.settings(16, Scale.of(5, 50), DIMENSIONS, 8, ARENAS));
    Runs.assertHeld(result);
    assertThat(result.stats().overflowErrors()).isPositive();
    assertThat(result.stats().overflowFallbacks()).isPositive();
  }

  @Test
  void oneBitThatFallbackChangesIsFound() throws InterruptedException {
    assertThat(Runs.broken(run(breakingCall(5), Interlude.NONE)))
        .containsExactly("under the cap every score is bit for bit that of a large arena");
  }

  @Test
  void oneBitBeyondTheCapIsFound() throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    BatchKernel wrongWhereItIsServed =
        (query, candidates) -> {
          boolean late = calls.incrementAndGet() > CALLS_UNDER_THE_CAP;
          float[] scores = new float[candidates.length];
          try {
            scores = CosineSimilarity.scores(query, candidates);
          } catch (ArenaOverflowException e) {
            // Whether any call is served is up to the scheduler.
          }
          scores[1] = late ? Math.nextUp(scores[1]) : scores[1];
          return scores;
        };
    assertThat(Runs.broken(run(wrongWhereItIsServed, Interlude.NONE)))
        .contains("beyond the cap a call has the scores of a large arena, or throws");
  }

  @Test
  void aCallUnderTheCapThatDoesNotOverflowIsFound() throws InterruptedException {
    AtomicReference<float @Nullable []> first = new AtomicReference<>();
    BatchKernel remembering =
        (query, candidates) -> {
          float[] earlier = first.get();
          float[] scores = earlier == null ? CosineSimilarity.scores(query, candidates) : earlier;
          first.set(scores);
          return scores;
        };
    assertThat(Runs.broken(run(remembering, Interlude.NONE)))
        .contains("under the cap every call overflows and is served");
  }

  @Test
  void anExceptionThatIsNotCountedIsFound() throws InterruptedException {
    ArenaOverflowException earlier = Plants.overflow();
    AtomicLong calls = new AtomicLong();
    BatchKernel throwingWithoutCounting =
        (query, candidates) -> {
          if (calls.incrementAndGet() == CALLS_UNDER_THE_CAP + 1) {
            throw earlier;
          }
          return CosineSimilarity.scores(query, candidates);
        };
    assertThat(Runs.broken(run(throwingWithoutCounting, Interlude.NONE)))
        .containsExactly(
            "beyond the cap every exception of a kernel is counted, and leaves nothing in use");
  }

  @Test
  void sizesThatDoNotAgreeAreFoundInEachRush() throws InterruptedException {
    assertThat(Runs.broken(run(BatchKernel.COSINE_SIMILARITY, Plants.askingForMore())))
        .contains(
            "beyond maxFallbackBytes every exception has the numbers and names the setting",
            "beyond maxTotalBytes every exception has the numbers and names the setting");
  }

  @Test
  void boundsThatAreNotKeptAreFound() throws InterruptedException {
    assertThat(Runs.broken(run(BatchKernel.COSINE_SIMILARITY, Plants.takingBoundsAway())))
        .contains(
            "maxFallbackBytes is never exceeded",
            "maxTotalBytes is never exceeded",
            "idle threads keep no more than maxTotalBytes");
  }

  @Test
  void anIdleThreadThatMakesNoRoomIsFound() throws InterruptedException {
    assertThat(Runs.broken(run(BatchKernel.COSINE_SIMILARITY, Plants.refusingAnArena())))
        .contains("the arenas of idle threads make room for those that work");
  }

  @Test
  void aByteThatChangesIsFoundInEachRush() throws InterruptedException {
    Interlude flipping =
        (random, newest) ->
            newest.set(ValueLayout.JAVA_BYTE, 3, (byte) ~newest.get(ValueLayout.JAVA_BYTE, 3));
    assertThat(Runs.broken(run(BatchKernel.COSINE_SIMILARITY, flipping)))
        .containsExactly(
            "beyond maxFallbackBytes every byte is what its scope wrote",
            "beyond maxTotalBytes every byte is what its scope wrote",
            "among idle threads every byte is what its scope wrote");
  }

  @Test
  void aScopeTooManyIsFoundInEachRush() throws InterruptedException {
    Interlude openingAnother = (random, newest) -> ArenaControl.openScope().close();
    assertThat(Runs.broken(run(BatchKernel.COSINE_SIMILARITY, openingAnother)))
        .containsExactly(
            "beyond maxFallbackBytes the totals are exact",
            "beyond maxTotalBytes the totals are exact",
            "among idle threads the totals are exact");
  }

  @Test
  void aThreadThatFailsIsFound() throws InterruptedException {
    Interlude failing =
        (random, newest) -> {
          throw new IllegalStateException("the thread is broken");
        };
    ScenarioResult result = run(BatchKernel.COSINE_SIMILARITY, Once.onOccasion(3, failing));
    assertThat(Runs.broken(result))
        .contains("up to maxFallbackBytes requests are served, beyond it refused");
    assertThat(Runs.detail(result, "up to maxFallbackBytes requests are served, beyond it refused"))
        .contains("thread");
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    PressureScenario scenario = new PressureScenario();
    ArenaConfig error = Runs.arenas(64 << 10, OverflowStrategy.ERROR_RETURN);
    assertThatThrownBy(() -> scenario.check(Runs.settings(1, 1, DIMENSIONS, 8, error)))
        .hasMessageContaining("--overflow fallback");
    assertThatThrownBy(() -> scenario.check(Runs.settings(1, 1, 16, 8, ARENAS)))
        .hasMessageContaining("nothing would overflow");
  }

  @Test
  void aDurationIsFilledWithPasses() throws Exception {
    Duration duration = Duration.ofSeconds(3);
    StressSettings timed = new StressSettings(THREADS, 1, duration, DIMENSIONS, 8, ARENAS, 1, null);
    ScenarioResult result = Runs.run(new PressureScenario(), timed);
    Runs.assertHeld(result);
    assertThat(result.invariants()).extracting(Invariant::name).doesNotHaveDuplicates();
    ScenarioResult once = Runs.run(new PressureScenario(), timed.times(1));
    assertThat(result.operations()).isGreaterThan(2 * once.operations());
  }

  @Test
  void whatBreaksInOnePassIsNotMendedByTheNext() throws Exception {
    StressSettings timed =
        new StressSettings(THREADS, 1, Duration.ofSeconds(2), DIMENSIONS, 8, ARENAS, 1, null);
    // After the one of the large arena, on turn 0 of the first pass.
    ScenarioResult result = Runs.run(new PressureScenario(breakingCall(2), Interlude.NONE), timed);
    assertThat(Runs.broken(result))
        .containsExactly("under the cap every score is bit for bit that of a large arena");
  }

  /** A kernel whose result is one bit off on one call. */
  private static BatchKernel breakingCall(long call) {
    AtomicLong calls = new AtomicLong();
    return (query, candidates) -> {
      float[] scores = CosineSimilarity.scores(query, candidates);
      if (calls.incrementAndGet() == call) {
        scores[1] = Math.nextUp(scores[1]);
      }
      return scores;
    };
  }

  private static ScenarioResult run(BatchKernel kernel, Interlude interlude)
      throws InterruptedException {
    return Runs.run(
        new PressureScenario(kernel, interlude),
        Runs.settings(THREADS, TURNS, DIMENSIONS, 8, ARENAS));
  }
}
