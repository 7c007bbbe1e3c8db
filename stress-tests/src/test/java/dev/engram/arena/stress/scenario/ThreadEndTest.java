package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.stress.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Threads come and go; their arenas must go with them. */
class ThreadEndTest {
  private static final int WAVES = 40;
  private static final int THREADS_PER_WAVE = 50;
  private static final long POOL_SIZE = 8 << 20;

  private static final float[] QUERY = {1, 2, 3};
  private static final float[][] CANDIDATES = {{3, 2, 1}, {1, 2, 3}};

  /** What the system sees of this process. */
  private record Mappings(long count, long bytes) {
    static Mappings now() throws IOException {
      List<String> lines = Files.readAllLines(Path.of("/proc/self/maps"));
      long bytes = 0;
      for (String line : lines) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
        bytes += Long.parseUnsignedLong(range[1], 16) - Long.parseUnsignedLong(range[0], 16);
      }
      return new Mappings(lines.size(), bytes);
    }
  }

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
    Mappings before = Mappings.now();
    for (int i = 0; i < WAVES; i++) {
      wave(settings);
    }
    Mappings growth =
        new Mappings(
            Mappings.now().count() - before.count(), Mappings.now().bytes() - before.bytes());
    ArenaStats after = ArenaControl.stats();
    assertThat(after.since(statsBefore).totalResets()).isEqualTo(WAVES * THREADS_PER_WAVE);
    assertThat(after.reservedBytes()).isEqualTo(statsBefore.reservedBytes());
    assertThat(after.usedBytes()).isZero();
    // Compiled code and the C library's heaps come and go as well: a tenth of what a leak would be.
    assertThat(growth.count()).isLessThan(WAVES * THREADS_PER_WAVE / 10);
    assertThat(growth.bytes()).isLessThan(WAVES * THREADS_PER_WAVE * POOL_SIZE / 10);
  }

  @Test
  void mappingsShowTheArenasOfThreadsThatLive() throws Exception {
    StressSettings settings =
        Runs.settings(
            THREADS_PER_WAVE, 1, 3, 2, Runs.arenas(POOL_SIZE, OverflowStrategy.ERROR_RETURN));
    ArenaControl.configure(settings.arenas());
    long arenasBefore = ArenaControl.stats().liveArenas();
    long before = Mappings.now().bytes();
    long[] largest = {0};
    WorkerTeam.run(
        settings,
        (worker, random) ->
            turn -> {
              CosineSimilarity.scores(QUERY, CANDIDATES);
              if (worker == 0) {
                Runs.awaitLiveArenas(arenasBefore + THREADS_PER_WAVE);
                largest[0] = Mappings.now().bytes();
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
    assertThat(team.atWork().liveArenas()).isEqualTo(before + THREADS_PER_WAVE);
    Runs.awaitLiveArenas(before);
  }
}
