package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.LineProgress;
import dev.engram.arena.stress.progress.RunProgress;
import dev.engram.arena.stress.progress.Stop;
import dev.engram.arena.stress.vectors.GaussianVectors;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SoakScenarioTest {
  private static final int THREADS = 8;
  private static final long POOL_SIZE = 2 << 20;

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR_RETURN", "FALLBACK"})
  void nothingIsLostAndNothingGrows(OverflowStrategy strategy) throws InterruptedException {
    ScenarioResult result =
        Runs.run(new SoakScenario(), settings(Duration.ofSeconds(Scale.of(3, 60)), strategy));
    Runs.assertHeld(result);
    assertThat(result.stats().totalOverflows()).isPositive();
    assertThat(result.stats().totalAbandoned()).isPositive();
    assertThat(result.invariants()).hasSize(14);
  }

  @Test
  void memoryThatIsLostIsFound() throws InterruptedException {
    AtomicLong leaked = new AtomicLong();
    long began = System.nanoTime();
    try (Arena leak = Arena.ofShared()) {
      Interlude leaking =
          (random, newest) -> {
            // 200 MiB in a second.
            long due = (System.nanoTime() - began) / 5_000_000;
            long before = leaked.get();
            if (before < due && leaked.compareAndSet(before, before + 1)) {
              leak.allocate(1 << 20).fill((byte) 1);
            }
          };
      ScenarioResult result =
          Runs.run(
              new SoakScenario(leaking),
              settings(Duration.ofSeconds(3), OverflowStrategy.FALLBACK));
      assertThat(Runs.broken(result))
          .contains("resident memory outside the Java heap stays about as large");
    }
  }

  @Test
  void aByteThatChangesIsFound() throws InterruptedException {
    Interlude flipping =
        (random, newest) ->
            newest.set(ValueLayout.JAVA_BYTE, 7, (byte) ~newest.get(ValueLayout.JAVA_BYTE, 7));
    ScenarioResult result =
        Runs.run(
            new SoakScenario(Once.onOccasion(50, flipping)),
            settings(Duration.ofSeconds(2), OverflowStrategy.FALLBACK));
    assertThat(Runs.broken(result)).contains("every byte is what its scope wrote");
  }

  @Test
  void aRunThatIsAskedToStopJudgesWhatWasDone() throws InterruptedException {
    StressSettings settings = settings(Duration.ofMinutes(10), OverflowStrategy.FALLBACK);
    Stop stop = new Stop();
    Thread stopping =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Thread.sleep(500);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              stop.request();
            });
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    ScenarioResult result =
        new SoakScenario()
            .run(
                settings,
                new GaussianVectors(settings.dimensions()),
                new RunProgress(new LineProgress(nowhere), stop, null));
    stopping.join();
    Runs.assertHeld(result);
    assertThat(result.elapsed()).isLessThan(Duration.ofMinutes(1));
  }

  private static StressSettings settings(Duration duration, OverflowStrategy strategy) {
    return new StressSettings(
        THREADS, 1, duration, 64, 8, Runs.arenas(POOL_SIZE, strategy), 1, null);
  }
}
