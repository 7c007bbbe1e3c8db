package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.stress.progress.Progress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Resets are the outermost scopes that closed after an allocation: every one, and no other. */
class ResetCountTest {
  private static final float[] QUERY = {1, 2, 3};
  private static final float[][] CANDIDATES = {{3, 2, 1}, {1, 2, 3}};
  private static final int THREADS = 16;
  private static final int TURNS = 1_000;

  @BeforeEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void resetsAreCountedExactlyUnderSixteenThreads() throws InterruptedException {
    AtomicLong expected = new AtomicLong();
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            Runs.settings(
                THREADS, TURNS, 3, 2, Runs.arenas(1 << 20, OverflowStrategy.ERROR_RETURN)),
            (worker, random) -> turn -> expected.addAndGet(useArena(random)),
            Progress.SILENT);
    assertThat(team.failures()).isEmpty();
    ArenaStats after = watch.sinceStart();
    assertThat(after.totalResets()).isEqualTo(expected.get());
    // Four of five ways to use an arena reset it, so that this is neither none nor all.
    assertThat(after.totalResets()).isBetween(THREADS * TURNS / 2L, THREADS * TURNS - 1L);
    assertThat(after.totalOverflows()).isZero();
  }

  /** Uses the thread's arena in one of several ways. Returns how many resets that is. */
  private static int useArena(RandomGenerator random) {
    return switch (random.nextInt(5)) {
      case 0 -> {
        CosineSimilarity.scores(QUERY, CANDIDATES);
        yield 1;
      }
      case 1 -> {
        nest(1 + random.nextInt(6));
        yield 1;
      }
      case 2 -> {
        allocateOnlyWithin();
        yield 1;
      }
      case 3 -> {
        kernelWithin();
        yield 1;
      }
      default -> {
        openAndClose();
        yield 0;
      }
    };
  }

  private static void nest(int depth) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(64L * depth);
      if (depth > 1) {
        nest(depth - 1);
      }
      scope.allocate(8);
    }
  }

  private static void allocateOnlyWithin() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      long before = outer.availableBytes();
      try (ArenaScope inner = ArenaControl.openScope()) {
        inner.allocate(100);
      }
      assertThat(outer.availableBytes()).isEqualTo(before);
    }
  }

  private static void kernelWithin() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      long before = scope.availableBytes();
      CosineSimilarity.scores(QUERY, CANDIDATES);
      assertThat(scope.availableBytes()).isEqualTo(before);
    }
  }

  private static void openAndClose() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.availableBytes()).isPositive();
    }
  }
}
