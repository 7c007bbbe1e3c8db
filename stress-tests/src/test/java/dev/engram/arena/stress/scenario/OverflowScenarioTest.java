package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.GaussianVectors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OverflowScenarioTest {
  /** Overflow by far with few floats. */
  private static final int DIMENSIONS = 20_000;

  private static final long SMALL_POOL = 64 << 10;

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void underErrorEveryCallThrowsAndNothingIsLost() throws InterruptedException {
    ScenarioResult result =
        Runs.run(
            new OverflowScenario(),
            Runs.settings(8, 5, 1_000_000, 10, mebibyte(OverflowStrategy.ERROR_RETURN)));
    Runs.assertHeld(result);
    assertThat(result.stats().overflowErrors()).isEqualTo(40);
    assertThat(result.stats().overflowFallbacks()).isZero();
  }

  @Test
  void underFallbackScoresAreThoseOfALargeArena() throws InterruptedException {
    ScenarioResult result =
        Runs.run(
            new OverflowScenario(),
            Runs.settings(4, 3, 1_000_000, 10, mebibyte(OverflowStrategy.FALLBACK)));
    Runs.assertHeld(result);
    assertThat(result.stats().overflowFallbacks()).isGreaterThanOrEqualTo(12);
    assertThat(result.stats().overflowErrors()).isZero();
    assertThat(result.stats().heldFallbackBytes()).isZero();
  }

  @Test
  void underPanicAChildJvmDiesWithAMessageThatNamesTheSizes() throws InterruptedException {
    ScenarioResult result =
        Runs.run(
            new OverflowScenario(),
            Runs.settings(1, 1, 1_000_000, 10, mebibyte(OverflowStrategy.PANIC)));
    Runs.assertHeld(result);
    assertThat(
            Runs.detail(
                result, "one line on standard error names requested, available and capacity"))
        .contains("requested 4000000 bytes", "available 1048576", "capacity 1048576");
  }

  @Test
  void aRunThatWouldNotOverflowIsRefused() {
    StressSettings settings =
        Runs.settings(1, 1, 262_144, 10, mebibyte(OverflowStrategy.ERROR_RETURN));
    assertThatThrownBy(() -> new OverflowScenario().check(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("nothing would overflow");
    new OverflowScenario()
        .check(Runs.settings(1, 1, 262_145, 10, mebibyte(OverflowStrategy.ERROR_RETURN)));
  }

  @Test
  void aCallThatFitsAfterAllIsFound() throws InterruptedException {
    BatchKernel swallowing =
        (query, candidates) -> {
          try {
            return CosineSimilarity.scores(query, candidates);
          } catch (ArenaOverflowException e) {
            return new float[candidates.length];
          }
        };
    assertThat(Runs.broken(runSmall(swallowing, OverflowStrategy.ERROR_RETURN)))
        .containsExactly(
            "every call that does not fit throws ArenaOverflowException",
            "every overflow is counted");
  }

  @Test
  void anOverflowThatIsNotCountedIsFound() throws InterruptedException {
    AtomicReference<@Nullable ArenaOverflowException> kept = new AtomicReference<>();
    AtomicLong calls = new AtomicLong();
    BatchKernel throwingWithoutCounting =
        (query, candidates) -> {
          ArenaOverflowException earlier = kept.get();
          if (earlier != null && query.length == DIMENSIONS && calls.incrementAndGet() == 3) {
            throw earlier;
          }
          try {
            return CosineSimilarity.scores(query, candidates);
          } catch (ArenaOverflowException e) {
            kept.set(e);
            throw e;
          }
        };
    ScenarioResult result = runSmall(throwingWithoutCounting, OverflowStrategy.ERROR_RETURN);
    assertThat(Runs.broken(result)).containsExactly("every overflow is counted");
    assertThat(Runs.detail(result, "every overflow is counted"))
        .isEqualTo("7 counted, 8 exceptions");
  }

  @Test
  void sizesThatDoNotAgreeAreFound() throws InterruptedException {
    StressSettings settings =
        Runs.settings(2, 4, DIMENSIONS, 3, Runs.arenas(SMALL_POOL, OverflowStrategy.ERROR_RETURN));
    ArenaControl.configure(Runs.arenas(SMALL_POOL + 4096, OverflowStrategy.ERROR_RETURN));
    ScenarioResult result =
        new OverflowScenario()
            .run(settings, new GaussianVectors(settings.dimensions()), Progress.SILENT);
    assertThat(Runs.broken(result)).containsExactly("every exception gives sizes that agree");
    assertThat(Runs.detail(result, "every exception gives sizes that agree"))
        .isEqualTo("requested 80000, available 69632, capacity 69632, pool size 65536 bytes");
  }

  @Test
  void memoryThatIsLostInAnOverflowIsFound() throws InterruptedException {
    BatchKernel losing =
        (query, candidates) -> {
          if (query.length == DIMENSIONS) {
            ArenaControl.openScope().allocate(64);
          }
          return CosineSimilarity.scores(query, candidates);
        };
    assertThat(Runs.broken(runSmall(losing, OverflowStrategy.ERROR_RETURN)))
        .containsExactlyInAnyOrder(
            "an overflow leaves nothing in use", "nothing is in use at the end");
  }

  @Test
  void aWrongNextCallIsFound() throws InterruptedException {
    BatchKernel wrongWhenSmall =
        (query, candidates) -> {
          float[] scores = CosineSimilarity.scores(query, candidates);
          scores[0] += 1e-3f;
          return scores;
        };
    assertThat(Runs.broken(runSmall(wrongWhenSmall, OverflowStrategy.ERROR_RETURN)))
        .containsExactly("the next call is right");
  }

  @Test
  void oneBitThatFallbackChangesIsFound() throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    BatchKernel oneBitOff =
        (query, candidates) -> {
          float[] scores = CosineSimilarity.scores(query, candidates);
          // The first call is that in the large arena.
          if (calls.incrementAndGet() == 5) {
            scores[1] = Math.nextUp(scores[1]);
          }
          return scores;
        };
    assertThat(Runs.broken(runSmall(oneBitOff, OverflowStrategy.FALLBACK)))
        .containsExactly("every score is bit for bit that of a large arena");
  }

  @Test
  void aFailureInTheLargeArenaIsFound() throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    BatchKernel failingFirst =
        (query, candidates) -> {
          if (calls.incrementAndGet() == 1) {
            throw new IllegalStateException("the first call fails");
          }
          return CosineSimilarity.scores(query, candidates);
        };
    ScenarioResult result = runSmall(failingFirst, OverflowStrategy.FALLBACK);
    assertThat(Runs.broken(result))
        .containsExactly("every score is bit for bit that of a large arena");
    assertThat(Runs.detail(result, "every score is bit for bit that of a large arena"))
        .contains("the first call fails");
  }

  @Test
  void fallbackThatIsUsedUpIsFound() throws InterruptedException {
    ArenaConfig noFallback = Runs.arenas(SMALL_POOL, OverflowStrategy.FALLBACK, 0);
    StressSettings settings = Runs.settings(2, 4, DIMENSIONS, 3, noFallback);
    ArenaControl.configure(noFallback);
    // Past the check, which would refuse it.
    ScenarioResult result =
        new OverflowScenario().run(settings, new GaussianVectors(DIMENSIONS), Progress.SILENT);
    assertThat(Runs.broken(result))
        .contains("every operation overflowed, was counted and was served", "no worker failed");
  }

  @Test
  void fallbackThatCannotServeAllThreadsIsRefused() {
    assertFallbackRefused(
        Runs.settings(200, 3, 1_000_000, 10, mebibyte(OverflowStrategy.FALLBACK)));
    ArenaConfig noFallback = Runs.arenas(SMALL_POOL, OverflowStrategy.FALLBACK, 0);
    assertFallbackRefused(Runs.settings(1, 1, DIMENSIONS, 3, noFallback));
    ArenaConfig all = Runs.arenas(SMALL_POOL, OverflowStrategy.FALLBACK, Long.MAX_VALUE);
    new OverflowScenario().check(Runs.settings(200, 1, Integer.MAX_VALUE, 3, all));
    ArenaConfig error = Runs.arenas(SMALL_POOL, OverflowStrategy.ERROR_RETURN, 0);
    new OverflowScenario().check(Runs.settings(200, 1, DIMENSIONS, 3, error));
  }

  private static void assertFallbackRefused(StressSettings settings) {
    assertThatThrownBy(() -> new OverflowScenario().check(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("fallback could not serve all threads")
        .hasMessageContaining("engram.arena.max_fallback (ENGRAM_ARENA_MAX_FALLBACK)");
  }

  @Test
  void theLeastFallbackThatIsNotRefusedServesAllThreads() throws InterruptedException {
    // Two chunks for each of 8 threads, with room for a page, a header and alignment in each.
    long least = 8 * 2 * (DIMENSIONS * 4L + (64 << 10) + 256);
    assertFallbackRefused(
        Runs.settings(
            8, 5, DIMENSIONS, 3, Runs.arenas(SMALL_POOL, OverflowStrategy.FALLBACK, least - 1)));
    Runs.assertHeld(
        Runs.run(
            new OverflowScenario(),
            Runs.settings(
                8, 5, DIMENSIONS, 3, Runs.arenas(SMALL_POOL, OverflowStrategy.FALLBACK, least))));
  }

  @Test
  void moreCandidatesThanAnArrayHoldsCannotBeRun() {
    StressSettings settings =
        Runs.settings(1, 1, 1_000_000, Integer.MAX_VALUE, mebibyte(OverflowStrategy.ERROR_RETURN));
    assertThatThrownBy(() -> Runs.run(new OverflowScenario(), settings))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("of Java heap");
  }

  @Test
  void aChildJvmWithoutTheMemoryCannotPanic() {
    StressSettings settings =
        Runs.settings(1, 1, Integer.MAX_VALUE, 1, mebibyte(OverflowStrategy.PANIC));
    assertThatThrownBy(() -> Runs.run(new OverflowScenario(), settings))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("the child JVM ran out of memory");
  }

  private static ScenarioResult runSmall(BatchKernel kernel, OverflowStrategy strategy)
      throws InterruptedException {
    return Runs.run(
        new OverflowScenario(kernel),
        Runs.settings(2, 4, DIMENSIONS, 3, Runs.arenas(SMALL_POOL, strategy)));
  }

  private static ArenaConfig mebibyte(OverflowStrategy strategy) {
    return Runs.arenas(1 << 20, strategy);
  }
}
