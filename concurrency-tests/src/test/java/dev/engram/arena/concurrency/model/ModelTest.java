package dev.engram.arena.concurrency.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.concurrency.Effort;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An arena against a simple model of it, under random operations. That a difference is found is
 * seen in {@link #everyPlantedFaultIsFound}.
 */
class ModelTest {
  private static final int SEEDS = 20;
  private static final int OPERATIONS = Effort.of(1_000_000, 20_000);

  static LongStream seeds() {
    return LongStream.rangeClosed(1, SEEDS);
  }

  @AfterEach
  void restoreSettings() {
    ArenaControl.configure(ArenaConfig.builder().build());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anArenaDoesAsTheModelDoes(long seed) throws Exception {
    run(seed, Fault.NONE);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void everyPlantedFaultIsFound(Fault fault) {
    assertThatThrownBy(() -> run(1, fault))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("(?s)seed 1 failed after \\d+ operations: .*The last ones were:.*");
  }

  /** In a thread of its own, whose arena is as new. */
  private static void run(long seed, Fault fault) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(() -> {
          new ModelRun(seed, fault).run(OPERATIONS);
          return null;
        });
    Thread.ofPlatform().start(task).join();
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }
}
