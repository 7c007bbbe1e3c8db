package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.HugePages;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;

/** Main class of the JVMs of {@link MemoryFiguresTest}. */
final class MemoryProbe {
  static final String LARGE_POOLS = "large-pools";
  static final String SHORT_THREADS = "short-threads";

  private static final int LARGE_POOL_THREADS = 32;
  private static final int FIRST_THREADS = 1_000;

  private MemoryProbe() {}

  /** What came to be: of all there is, and mappings of arenas. */
  private record Growth(ProcessMemory memory, long regions) {}

  /** Prints how much resident memory and how many mappings came to be. */
  public static void main(String[] args) throws Exception {
    // Reading it takes some memory the first time.
    ProcessMemory.now();
    Growth growth =
        switch (args[0]) {
          case LARGE_POOLS -> largePools(Integer.parseInt(args[1]));
          case SHORT_THREADS -> shortThreads(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
          default -> throw new IllegalArgumentException(args[0]);
        };
    System.out.printf(
        "resident %d mappings %d regions %d%n",
        growth.memory().residentBytes(), growth.memory().mappings(), growth.regions());
  }

  /** Arenas of 100 MiB, of each of which so much is used at the same time. */
  private static Growth largePools(int usedBytes) throws Exception {
    ArenaConfig arenas = arenas(100 << 20);
    ArenaControl.configure(arenas);
    ProcessMemory before = ProcessMemory.now();
    List<ProcessMemory> atWork = new ArrayList<>();
    CyclicBarrier measured =
        new CyclicBarrier(LARGE_POOL_THREADS, () -> atWork.add(ProcessMemory.now()));
    TeamResult team =
        WorkerTeam.run(
            new StressSettings(LARGE_POOL_THREADS, 1, null, 1, 1, arenas, 1, null),
            (worker, random) ->
                turn -> {
                  try (ArenaScope scope = ArenaControl.openScope()) {
                    scope.uninitialized().allocate(usedBytes, 64).fill((byte) 1);
                    measured.await();
                  }
                },
            Progress.SILENT);
    requireNoFailure(team);
    return new Growth(atWork.getFirst().since(before), 0);
  }

  /** Threads that come and go, each of which leaves so many bytes behind that nobody frees. */
  private static Growth shortThreads(int threads, int leakedBytes) throws Exception {
    ArenaControl.configure(arenas(ArenaMappings.POOL_SIZE));
    Runnable leaking =
        leakedBytes == 0 ? () -> {} : () -> Arena.global().allocate(leakedBytes).fill((byte) 1);
    churn(FIRST_THREADS, leaking);
    long regionsBefore = ArenaMappings.count();
    ProcessMemory before = ProcessMemory.now();
    churn(threads - FIRST_THREADS, leaking);
    return new Growth(ProcessMemory.now().since(before), ArenaMappings.count() - regionsBefore);
  }

  private static void churn(int threads, Runnable besides) throws Exception {
    ArenaWatch watch = ArenaWatch.start();
    ShortThreads.Totals expected = ShortThreads.comeAndGo(threads, besides);
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    if (!nothingLeft.held() || !ShortThreads.Totals.of(watch.sinceStart()).equals(expected)) {
      throw new IllegalStateException(nothingLeft.detail() + "; " + watch.sinceStart());
    }
  }

  private static void requireNoFailure(TeamResult team) {
    if (!team.failures().isEmpty()) {
      throw new IllegalStateException(team.failures().getFirst());
    }
  }

  private static ArenaConfig arenas(long poolSizeBytes) {
    return ArenaConfig.builder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(OverflowStrategy.ERROR_RETURN)
        .hugePages(HugePages.AUTO)
        .build();
  }
}
