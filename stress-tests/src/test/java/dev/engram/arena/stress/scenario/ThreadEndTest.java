package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.stress.progress.Progress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Threads come and go; their arenas must go with them. The control is {@link
 * #mappingsShowTheArenasOfThreadsThatLive}.
 */
class ThreadEndTest {
  private static final int WAVES = 40;
  private static final int THREADS_PER_WAVE = 50;
  private static final long POOL_SIZE = 8 << 20;

  private static final float[] QUERY = {1, 2, 3};
  private static final float[][] CANDIDATES = {{3, 2, 1}, {1, 2, 3}};

  @BeforeEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void twoThousandThreadsLeaveNothingBehind() throws Exception {
    StressSettings settings =
        Runs.settings(
            THREADS_PER_WAVE, 1, 3, 2, Runs.arenas(POOL_SIZE, OverflowStrategy.ERROR_RETURN));
    ArenaControl.configure(settings.arenas());
    // What the first threads of a process leave is the JVM's own.
    wave(settings);
    ArenaStats statsBefore = ArenaControl.stats();
    ProcessMemory before = ProcessMemory.now();
    for (int i = 0; i < WAVES; i++) {
      wave(settings);
    }
    ArenaStats after = ArenaControl.stats();
    assertThat(after.since(statsBefore).totalResets()).isEqualTo(WAVES * THREADS_PER_WAVE);
    assertThat(after.reservedBytes()).isEqualTo(statsBefore.reservedBytes());
    assertThat(after.usedBytes()).isZero();
    awaitLittleGrowthSince(before);
  }

  @Test
  void twoThousandThreadsAtOnceLeaveNothingBehind() throws Exception {
    StressSettings settings =
        Runs.settings(
            WAVES * THREADS_PER_WAVE,
            1,
            3,
            2,
            Runs.arenas(POOL_SIZE, OverflowStrategy.ERROR_RETURN));
    ArenaControl.configure(settings.arenas());
    ArenaStats statsBefore = ArenaControl.stats();
    ProcessMemory before = ProcessMemory.now();
    wave(settings);
    ArenaStats after = ArenaControl.stats();
    assertThat(after.since(statsBefore).totalResets()).isEqualTo(WAVES * THREADS_PER_WAVE);
    assertThat(after.reservedBytes()).isEqualTo(statsBefore.reservedBytes());
    awaitLittleGrowthSince(before);
  }

  /**
   * Compiled code and the C library's heaps come and go as well: a tenth of what a leak would be. A
   * thread's stack goes after its arena.
   */
  private static void awaitLittleGrowthSince(ProcessMemory before) {
    await()
        .untilAsserted(() -> {
          ProcessMemory growth = ProcessMemory.now().since(before);
          assertThat(growth.mappings()).isLessThan(WAVES * THREADS_PER_WAVE / 10);
          assertThat(growth.mappedBytes()).isLessThan(WAVES * THREADS_PER_WAVE * POOL_SIZE / 10);
        });
  }

  @Test
  void mappingsShowTheArenasOfThreadsThatLive() throws Exception {
    StressSettings settings =
        Runs.settings(
            THREADS_PER_WAVE, 1, 3, 2, Runs.arenas(POOL_SIZE, OverflowStrategy.ERROR_RETURN));
    ArenaControl.configure(settings.arenas());
    long arenasBefore = ArenaControl.stats().liveArenas();
    long before = ProcessMemory.now().mappedBytes();
    long[] largest = {0};
    WorkerTeam.run(
        settings,
        (worker, random) ->
            turn -> {
              CosineSimilarity.scores(QUERY, CANDIDATES);
              if (worker == 0) {
                Runs.awaitLiveArenas(arenasBefore + THREADS_PER_WAVE);
                largest[0] = ProcessMemory.now().mappedBytes();
              }
            },
        Progress.SILENT);
    assertThat(largest[0] - before).isGreaterThan(THREADS_PER_WAVE * POOL_SIZE);
  }

  private static void wave(StressSettings settings) throws InterruptedException {
    long before = ArenaControl.stats().liveArenas();
    TeamResult team =
        WorkerTeam.run(
            settings,
            (worker, random) -> turn -> CosineSimilarity.scores(QUERY, CANDIDATES),
            Progress.SILENT);
    assertThat(team.failures()).isEmpty();
    assertThat(team.atWork().liveArenas()).isEqualTo(before + settings.threads());
    Runs.awaitLiveArenas(before);
  }
}
