package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two thousand threads under a bound that a tenth of them would reach. The control is {@link
 * #threadsThatAreInsideAScopeKeepTheirArenas}.
 */
class MaxTotalBytesTest {
  private static final int THREADS = 2_000;
  private static final int ARENAS_MAX = 200;
  private static final long POOL_SIZE = 64 << 10;
  private static final ArenaConfig BOUNDED =
      Runs.boundedArenas(POOL_SIZE, OverflowStrategy.ERROR_RETURN, ARENAS_MAX);

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @Test
  void idleThreadsGiveUpTheirArenasToThoseThatComeAfter() throws InterruptedException {
    ArenaControl.configure(BOUNDED);
    ArenaWatch watch = ArenaWatch.start();
    Semaphore active = new Semaphore(ARENAS_MAX / 4);
    AtomicLong reservedMax = new AtomicLong();
    WorkTally tally = new WorkTally();
    TeamResult team =
        WorkerTeam.run(
            Runs.settings(THREADS, 2, 1, 1, BOUNDED),
            (worker, random) ->
                turn -> {
                  active.acquire();
                  useArena(worker, tally);
                  reservedMax.accumulateAndGet(ArenaControl.stats().reservedBytes(), Math::max);
                  active.release();
                },
            Progress.SILENT);
    assertThat(team.failures()).isEmpty();
    assertThat(tally.wrongSegments()).isZero();
    assertThat(reservedMax.get()).isBetween(1L, ARENAS_MAX * POOL_SIZE);
    assertThat(watch.threadsLeaveNothingBehind().held()).isTrue();
    ArenaStats after = watch.sinceStart();
    assertThat(after.totalScopes()).isEqualTo(2 * THREADS);
    assertThat(after.totalResets()).isEqualTo(2 * THREADS);
    assertThat(after.totalRefusedArenas()).isZero();
  }

  @Test
  void threadsThatAreInsideAScopeKeepTheirArenas() throws InterruptedException {
    ArenaControl.configure(BOUNDED);
    ArenaWatch watch = ArenaWatch.start();
    int threads = ARENAS_MAX + 1;
    CyclicBarrier allHaveOneButTheLast = new CyclicBarrier(threads);
    CyclicBarrier theLastHasTried = new CyclicBarrier(threads);
    TeamResult team =
        WorkerTeam.run(
            Runs.settings(threads, 1, 1, 1, BOUNDED),
            (worker, random) ->
                turn -> {
                  if (worker == ARENAS_MAX) {
                    allHaveOneButTheLast.await();
                    try {
                      ArenaControl.openScope().close();
                    } finally {
                      theLastHasTried.await();
                    }
                  } else {
                    try (ArenaScope scope = ArenaControl.openScope()) {
                      scope.allocate(64);
                      allHaveOneButTheLast.await();
                      theLastHasTried.await();
                    }
                  }
                },
            Progress.SILENT);
    assertThat(team.failures())
        .singleElement()
        .asString()
        .contains("thread " + ARENAS_MAX, "ArenaOverflowException", "engram.arena.max_total");
    assertThat(watch.sinceStart().totalRefusedArenas()).isEqualTo(1);
    assertThat(watch.threadsLeaveNothingBehind().held()).isTrue();
  }

  private static void useArena(int worker, WorkTally tally) throws InterruptedException {
    try (ArenaScope scope = ArenaControl.openScope()) {
      PatternedSegment segment = PatternedSegment.fill(scope.allocate(4_096, 64), worker);
      Thread.sleep(0);
      WorkTally own = new WorkTally();
      segment.check(own);
      if (own.wrongSegments() != 0) {
        synchronized (tally) {
          tally.wrongSegment(String.valueOf(own.firstWrongSegment()));
        }
      }
    }
  }
}
