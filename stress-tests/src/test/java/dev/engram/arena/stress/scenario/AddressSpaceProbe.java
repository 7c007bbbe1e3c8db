package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/** Main class of the JVMs of {@link AddressSpaceLimitTest}: asks for more than there is. */
final class AddressSpaceProbe {
  private static final long GIBIBYTE = 1L << 30;
  private static final int THREADS = 8;

  private AddressSpaceProbe() {}

  /** Prints a line for each thing that came out, to be compared by the test. */
  public static void main(String[] args) throws InterruptedException {
    configureTooMuch();
    reserveTooMuch();
    fallBackTooFar();
    oneMore();
  }

  /** A pool that is larger than the limit. */
  private static void configureTooMuch() {
    ArenaControl.configure(arenas(1 << 20, OverflowStrategy.ERROR_RETURN));
    try {
      ArenaControl.configure(arenas(8 * GIBIBYTE, OverflowStrategy.ERROR_RETURN));
      System.out.println("configure: done");
    } catch (IllegalArgumentException e) {
      System.out.println("configure: " + e.getMessage());
    }
    System.out.println("pool size in force: " + ArenaControl.config().poolSizeBytes());
  }

  /** A pool of which a few fit. */
  private static void reserveTooMuch() throws InterruptedException {
    ArenaConfig large = arenas(GIBIBYTE / 4, OverflowStrategy.ERROR_RETURN);
    ArenaControl.configure(large);
    ArenaWatch watch = ArenaWatch.start();
    CyclicBarrier allHaveTried = new CyclicBarrier(THREADS);
    AtomicLong had = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    TeamResult team =
        WorkerTeam.run(
            settings(large),
            (worker, random) ->
                turn -> {
                  try (ArenaScope scope = ArenaControl.openScope()) {
                    scope.allocate(64);
                    had.incrementAndGet();
                    allHaveTried.await();
                  } catch (ArenaOverflowException e) {
                    refused.incrementAndGet();
                    System.out.println("arena: " + e.getMessage());
                    allHaveTried.await();
                  }
                },
            Progress.SILENT);
    report("arenas", team, watch, had.get(), refused.get());
    ArenaStats after = watch.sinceStart();
    System.out.printf(
        "arenas counted: %s%n",
        after.totalRefusedArenas() == refused.get() && after.totalResets() == had.get());
  }

  /** Chunks of which a few fit. */
  private static void fallBackTooFar() throws InterruptedException {
    ArenaConfig small = arenas(1 << 20, OverflowStrategy.FALLBACK);
    ArenaControl.configure(small);
    ArenaWatch watch = ArenaWatch.start();
    CyclicBarrier allHaveTried = new CyclicBarrier(THREADS);
    AtomicLong had = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    TeamResult team =
        WorkerTeam.run(
            settings(small),
            (worker, random) ->
                turn -> {
                  try (ArenaScope scope = ArenaControl.openScope()) {
                    try {
                      scope.uninitialized().allocate(GIBIBYTE / 4, 64);
                      had.incrementAndGet();
                    } catch (ArenaOverflowException e) {
                      refused.incrementAndGet();
                      System.out.println("chunk: " + e.getMessage());
                    }
                    allHaveTried.await();
                  }
                },
            Progress.SILENT);
    report("chunks", team, watch, had.get(), refused.get());
    ArenaStats after = watch.sinceStart();
    System.out.printf(
        "chunks counted: %s%n",
        after.overflowFallbacks() == had.get() && after.overflowErrors() == refused.get());
  }

  private static void oneMore() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      PatternedSegment segment = PatternedSegment.fill(scope.allocate(64 << 10, 64), 1);
      WorkTally tally = new WorkTally();
      segment.check(tally);
      System.out.println("one more: " + (tally.wrongSegments() == 0));
    }
  }

  private static void report(String what, TeamResult team, ArenaWatch watch, long had, long refused)
      throws InterruptedException {
    System.out.printf("%s: %d had, %d refused, failures %s%n", what, had, refused, team.failures());
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    System.out.printf(
        "%s given back: %s%n",
        what, nothingLeft.held() && ArenaWatch.nothingIsInUse(watch.sinceStart()).held());
  }

  private static StressSettings settings(ArenaConfig arenas) {
    return new StressSettings(THREADS, 1, null, 1, 1, arenas, 1, null);
  }

  private static ArenaConfig arenas(long poolSizeBytes, OverflowStrategy overflow) {
    return ArenaConfig.builder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(overflow)
        .maxFallbackBytes(Long.MAX_VALUE)
        .build();
  }
}
