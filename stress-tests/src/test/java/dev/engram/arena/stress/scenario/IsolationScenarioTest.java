package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.FileVectors;
import dev.engram.arena.stress.vectors.GaussianVectors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsolationScenarioTest {
  private static final ArenaConfig TWO_MEBIBYTES =
      Runs.arenas(2 << 20, OverflowStrategy.ERROR_RETURN);

  @BeforeEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void manyThreadsDoNotDisturbEachOther() throws InterruptedException {
    ScenarioResult result =
        Runs.run(new IsolationScenario(), Runs.settings(32, 100, 768, 100, TWO_MEBIBYTES));
    Runs.assertHeld(result);
    assertThat(result.operations()).isEqualTo(3_200);
    assertThat(result.stats().totalResets()).isEqualTo(3_200);
    assertThat(result.stats().totalOverflows()).isZero();
    assertThat(result.stats().maxHighWaterMarkBytes()).isBetween(1L, 2L << 20);
    assertThat(result.atWork().liveArenas()).isEqualTo(32 + Runs.ownArenas());
    assertThat(result.atWork().reservedBytes()).isEqualTo((64L << 20) + Runs.ownReservedBytes());
    assertThat(Runs.detail(result, "every score is right")).startsWith("320,000 scores");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 32, 100})
  void everyPoolSizeServesBatchesLargerThanItself(int mebibytes) throws InterruptedException {
    long poolSize = (long) mebibytes << 20;
    // The query and a row fill two thirds of the arena, so that the rows have to take turns.
    int dimensions = (int) (poolSize / Float.BYTES / 3);
    ScenarioResult result =
        Runs.run(
            new IsolationScenario(),
            Runs.settings(
                1, 2, dimensions, 4, Runs.arenas(poolSize, OverflowStrategy.ERROR_RETURN)));
    Runs.assertHeld(result);
    assertThat(result.stats().maxHighWaterMarkBytes()).isGreaterThan(poolSize / 2);
  }

  @Test
  void aDurationTakesThePlaceOfIterations() throws InterruptedException {
    StressSettings settings =
        new StressSettings(4, 1, Duration.ofMillis(200), 64, 8, TWO_MEBIBYTES, 1, null);
    ScenarioResult result = Runs.run(new IsolationScenario(), settings);
    Runs.assertHeld(result);
    assertThat(result.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    assertThat(result.operations()).isGreaterThan(4);
  }

  @Test
  void rowsOfAFileAreCompared(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("rows.npy");
    float[] elements = new float[50 * 384];
    Random random = new Random(1);
    for (int i = 0; i < elements.length; i++) {
      elements[i] = random.nextFloat(-1, 1);
    }
    org.jetbrains.bio.npy.NpyFile.write(file, elements, new int[] {50, 384});
    StressSettings settings = Runs.settings(4, 20, 384, 100, TWO_MEBIBYTES);
    ArenaControl.configure(TWO_MEBIBYTES);
    ScenarioResult result =
        new IsolationScenario().run(settings, FileVectors.read(file), Progress.SILENT);
    Runs.assertHeld(result);
  }

  @Test
  void oneWrongScoreIsFound() throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    BatchKernel wrongOnce =
        (query, candidates) -> {
          float[] scores = CosineSimilarity.scores(query, candidates);
          if (calls.incrementAndGet() == 57) {
            scores[3] += 1e-4f;
          }
          return scores;
        };
    ScenarioResult result = runSmall(wrongOnce);
    assertThat(Runs.broken(result)).containsExactly("every score is right");
    assertThat(Runs.detail(result, "every score is right")).startsWith("1 of 800 scores");
  }

  @Test
  void scoresOfAnotherCallAreFound() throws InterruptedException {
    AtomicReference<float[]> previous = new AtomicReference<>(new float[8]);
    BatchKernel oneCallLate =
        (query, candidates) -> previous.getAndSet(CosineSimilarity.scores(query, candidates));
    assertThat(Runs.broken(runSmall(oneCallLate))).containsExactly("every score is right");
  }

  @Test
  void aResetTooManyIsFound() throws InterruptedException {
    BatchKernel twice =
        (query, candidates) -> {
          CosineSimilarity.scores(query, candidates);
          return CosineSimilarity.scores(query, candidates);
        };
    ScenarioResult result = runSmall(twice);
    assertThat(Runs.broken(result)).containsExactly("every operation is one reset");
    assertThat(Runs.detail(result, "every operation is one reset"))
        .isEqualTo("200 resets, 100 operations");
  }

  @Test
  void aKernelThatUsesNoArenaIsFound() throws InterruptedException {
    BatchKernel withoutArena = (query, candidates) -> plainScores(query, candidates);
    assertThat(Runs.broken(runSmall(withoutArena)))
        .containsExactlyInAnyOrder(
            "every operation is one reset",
            "the high-water mark is within the arena",
            "every thread has one arena");
  }

  @Test
  void aWorkerThatFailsIsNamedWithItsMessage() throws InterruptedException {
    AtomicLong calls = new AtomicLong();
    BatchKernel failing =
        (query, candidates) -> {
          if (calls.incrementAndGet() == 40) {
            throw new IllegalStateException("the kernel is broken");
          }
          return CosineSimilarity.scores(query, candidates);
        };
    ScenarioResult result = runSmall(failing);
    assertThat(Runs.broken(result))
        .containsExactly("no worker failed", "every operation was completed");
    assertThat(Runs.detail(result, "no worker failed"))
        .startsWith("1 of 4 threads failed")
        .contains("the kernel is broken");
  }

  @Test
  void anOverflowIsFound() throws InterruptedException {
    ArenaConfig small = Runs.arenas(64 << 10, OverflowStrategy.ERROR_RETURN);
    StressSettings settings = Runs.settings(2, 3, 100_000, 2, small);
    ArenaControl.configure(small);
    // Past the check, which would refuse it.
    ScenarioResult result =
        new IsolationScenario().run(settings, new GaussianVectors(100_000), Progress.SILENT);
    assertThat(Runs.broken(result))
        .contains("no allocation overflowed", "no worker failed", "every operation was completed");
    assertThat(Runs.detail(result, "no worker failed")).contains("ArenaOverflowException");
  }

  @Test
  void aScopeThatIsLeftOpenIsFound() throws InterruptedException {
    BatchKernel leavingScopesOpen =
        (query, candidates) -> {
          ArenaControl.openScope().allocate(64);
          return CosineSimilarity.scores(query, candidates);
        };
    assertThat(Runs.broken(runSmall(leavingScopesOpen)))
        .containsExactlyInAnyOrder("every operation is one reset", "nothing is in use at the end");
  }

  @ParameterizedTest
  @EnumSource
  void aPoolThatHoldsNoQueryAndRowIsRefused(OverflowStrategy overflow) {
    ArenaConfig small = Runs.arenas(64 << 10, overflow);
    StressSettings settings = Runs.settings(1, 1, 8_192, 1, small);
    assertThatThrownBy(() -> new IsolationScenario().check(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("every operation would overflow")
        .hasMessageContaining("8,192 floats")
        .hasMessageContaining("an arena has 65,536");
  }

  @Test
  void theLargestQueryThatIsNotRefusedDoesNotOverflow() throws InterruptedException {
    ArenaConfig small = Runs.arenas(64 << 10, OverflowStrategy.ERROR_RETURN);
    assertThatThrownBy(() -> new IsolationScenario().check(Runs.settings(1, 1, 8_160, 2, small)))
        .isInstanceOf(IllegalArgumentException.class);
    Runs.assertHeld(Runs.run(new IsolationScenario(), Runs.settings(1, 1, 8_159, 2, small)));
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, Integer.MAX_VALUE})
  void vectorsThatCannotFitTheHeapAreRefused(int candidates) {
    StressSettings settings = Runs.settings(1_000, 1, 1_000_000, candidates, TWO_MEBIBYTES);
    GaussianVectors vectors = new GaussianVectors(settings.dimensions());
    assertThatThrownBy(() -> new IsolationScenario().run(settings, vectors, Progress.SILENT))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("of Java heap");
  }

  private static ScenarioResult runSmall(BatchKernel kernel) throws InterruptedException {
    return Runs.run(new IsolationScenario(kernel), Runs.settings(4, 25, 96, 8, TWO_MEBIBYTES));
  }

  private static float[] plainScores(float[] query, float[][] candidates) {
    float[] scores = new float[candidates.length];
    for (int row = 0; row < scores.length; row++) {
      double dot = 0;
      double squaresOfQuery = 0;
      double squaresOfRow = 0;
      for (int i = 0; i < query.length; i++) {
        dot += (double) query[i] * candidates[row][i];
        squaresOfQuery += (double) query[i] * query[i];
        squaresOfRow += (double) candidates[row][i] * candidates[row][i];
      }
      scores[row] = (float) (dot / Math.sqrt(squaresOfQuery * squaresOfRow));
    }
    return scores;
  }
}
