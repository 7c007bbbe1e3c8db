package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.HugePages;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;

/** Main class of the JVMs of {@link MemoryFiguresTest}. */
final class MemoryProbe {
  static final String LARGE_POOLS = "large-pools";
  static final String SHORT_THREADS = "short-threads";

  private static final int LARGE_POOL_THREADS = 32;
  private static final int FIRST_THREADS = 1_000;
  private static final int AT_A_TIME = 8;
  private static final int USED_BYTES = 16 << 10;

  private MemoryProbe() {}

  /** Prints how much resident memory and how many mappings came to be. */
  public static void main(String[] args) throws Exception {
    // Reading it takes some memory the first time.
    ProcessMemory.now();
    ProcessMemory growth =
        switch (args[0]) {
          case LARGE_POOLS -> largePools(Integer.parseInt(args[1]));
          case SHORT_THREADS -> shortThreads(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
          default -> throw new IllegalArgumentException(args[0]);
        };
    System.out.printf("resident %d mappings %d%n", growth.residentBytes(), growth.mappings());
  }

  /** Arenas of 100 MiB, of each of which so much is used at the same time. */
  private static ProcessMemory largePools(int usedBytes) throws Exception {
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
    return atWork.getFirst().since(before);
  }

  /** Threads that come and go, each of which leaves so many bytes behind that nobody frees. */
  private static ProcessMemory shortThreads(int threads, int leakedBytes) throws Exception {
    ArenaControl.configure(arenas(1 << 20));
    churn(FIRST_THREADS, leakedBytes);
    ProcessMemory before = ProcessMemory.now();
    churn(threads - FIRST_THREADS, leakedBytes);
    return ProcessMemory.now().since(before);
  }

  private static void churn(int threads, int leakedBytes) throws Exception {
    ArenaWatch watch = ArenaWatch.start();
    for (int started = 0; started < threads; started += AT_A_TIME) {
      List<Thread> together = new ArrayList<>();
      for (int i = 0; i < AT_A_TIME; i++) {
        together.add(Thread.ofPlatform().start(() -> useArena(leakedBytes)));
      }
      for (Thread thread : together) {
        thread.join();
      }
    }
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    if (!nothingLeft.held() || watch.sinceStart().totalResets() != threads) {
      throw new IllegalStateException(nothingLeft.detail() + "; " + watch.sinceStart());
    }
  }

  private static void useArena(int leakedBytes) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment used = scope.uninitialized().allocate(USED_BYTES, 64);
      used.fill((byte) 1);
    }
    if (leakedBytes > 0) {
      Arena.global().allocate(leakedBytes).fill((byte) 1);
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
