package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.GaussianVectors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MixedScenarioTest {
  private static final ArenaConfig TWO_MEBIBYTES =
      Runs.arenas(2 << 20, OverflowStrategy.ERROR_RETURN);

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void allKernelsOnManyThreadsDoNotDisturbEachOther() throws InterruptedException {
    int iterations = Scale.of(10, 1_000);
    ScenarioResult result =
        Runs.run(new MixedScenario(), Runs.settings(32, iterations, 768, 100, TWO_MEBIBYTES));
    Runs.assertHeld(result);
    assertThat(result.operations()).isEqualTo(32L * iterations);
    assertThat(result.stats().totalResets()).isEqualTo(32L * iterations);
    // Nine of cosine similarity, four of spreading, two of decay.
    assertThat(Runs.detail(result, "every result is right"))
        .contains("of %,d results".formatted(15L * 32 * iterations));
  }

  @Test
  void aDurationTakesThePlaceOfIterations() throws InterruptedException {
    StressSettings settings =
        new StressSettings(4, 1, Duration.ofMillis(200), 64, 8, TWO_MEBIBYTES, 2, null);
    ScenarioResult result = Runs.run(new MixedScenario(), settings);
    Runs.assertHeld(result);
    assertThat(result.operations()).isGreaterThan(4);
  }

  @ParameterizedTest
  @EnumSource
  void everyStrategyHolds(OverflowStrategy overflow) throws InterruptedException {
    ArenaConfig arenas = Runs.arenas(2 << 20, overflow);
    Runs.assertHeld(Runs.run(new MixedScenario(), Runs.settings(2, 5, 100, 20, arenas)));
  }

  /** With the smallest arena that is not refused, which has just enough for bytes to be exact. */
  @ParameterizedTest
  @CsvSource({"1, 1", "17, 3000", "768, 100", "1536, 300", "40000, 3", "3, 20000"})
  void theSmallestArenaThatIsNotRefusedIsEnough(int dimensions, int candidates)
      throws InterruptedException {
    long poolSize = smallestPool(dimensions, candidates);
    StressSettings settings =
        Runs.settings(
            2, 20, dimensions, candidates, Runs.arenas(poolSize, OverflowStrategy.ERROR_RETURN));
    Runs.assertHeld(Runs.run(new MixedScenario(), settings));
  }

  /** In steps of 64 KiB. */
  private static long smallestPool(int dimensions, int candidates) {
    MixedScenario scenario = new MixedScenario();
    for (long poolSize = 64 << 10; ; poolSize += 64 << 10) {
      try {
        scenario.check(
            Runs.settings(
                2,
                20,
                dimensions,
                candidates,
                Runs.arenas(poolSize, OverflowStrategy.ERROR_RETURN)));
        return poolSize;
      } catch (IllegalArgumentException e) {
        assertThat(poolSize).isLessThan(64 << 20);
      }
    }
  }

  @Test
  void aPoolThatIsTooSmallIsRefused() {
    StressSettings settings =
        Runs.settings(1, 1, 768, 100, Runs.arenas(512 << 10, OverflowStrategy.ERROR_RETURN));
    assertThatThrownBy(() -> new MixedScenario().check(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the kernels could overflow")
        .hasMessageContaining("100 candidates of 768 floats", "an arena has 524,288");
  }

  @Test
  void vectorsThatCannotFitTheHeapAreRefused() {
    StressSettings settings = Runs.settings(1, 1, 1_000_000, 1_000_000, TWO_MEBIBYTES);
    GaussianVectors vectors = new GaussianVectors(settings.dimensions());
    assertThatThrownBy(() -> new MixedScenario().run(settings, vectors, Progress.SILENT))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("of Java heap");
  }

  @Test
  void aThreadThatStaysIsFound() throws InterruptedException {
    try (StayingThread staying = new StayingThread(Thread.ofPlatform())) {
      MixedScenario scenario =
          new MixedScenario(
              staying.onOccasion(57), UnaryOperator.identity(), Duration.ofMillis(200));
      assertThat(Runs.broken(Runs.run(scenario, Runs.settings(4, 25, 96, 8, TWO_MEBIBYTES))))
          .containsExactly(
              "the totals are exact",
              "every thread has one arena",
              "threads that end leave no arena behind",
              "nothing is in use at the end");
    }
  }

  @Test
  void anInputThatAKernelChangesIsFound() {
    WorkTally work = new WorkTally();
    try (ArenaScope own = ArenaControl.openScope()) {
      KernelScope scope = new KernelScope(own, work, new ResultTally(), UnaryOperator.identity());
      scope.input(new float[] {1, 2, 3});
      scope.unalignedInput(new float[] {4, 5, 6});
      scope.input(new long[] {7, 8, 9});
      MemorySegment rows = scope.input(new float[][] {{1, 2}, {3, 4}});
      scope.checkAll();
      assertThat(work.wrongSegments()).isZero();
      rows.setAtIndex(ValueLayout.JAVA_FLOAT, 3, 5);
      scope.checkAll();
    }
    assertThat(work.wrongSegments()).isEqualTo(1);
    assertThat(work.firstWrongSegment()).isEqualTo("byte 6 of 8 staged for a kernel");
  }
}
