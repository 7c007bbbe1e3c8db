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
import java.util.function.ToLongFunction;

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
    askTogether(
        "arena",
        arenas(GIBIBYTE / 4, OverflowStrategy.ERROR_RETURN),
        rush -> {
          try (ArenaScope scope = ArenaControl.openScope()) {
            scope.allocate(64);
            rush.had();
          }
        },
        ArenaStats::totalResets,
        ArenaStats::totalRefusedArenas);
  }

  /** Chunks of which a few fit. */
  private static void fallBackTooFar() throws InterruptedException {
    askTogether(
        "chunk",
        arenas(1 << 20, OverflowStrategy.FALLBACK),
        rush -> {
          try (ArenaScope scope = ArenaControl.openScope()) {
            scope.uninitialized().allocate(GIBIBYTE / 4, 64);
            rush.had();
          }
        },
        ArenaStats::overflowFallbacks,
        ArenaStats::overflowErrors);
  }

  /** What a thread asks for. It calls {@code had} while it holds that. */
  private interface Demand {
    void ask(Rush rush) throws Exception;
  }

  /** Threads that all ask before any gives back. */
  private static final class Rush {
    private final CyclicBarrier allHaveAsked = new CyclicBarrier(THREADS);
    private final AtomicLong had = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    void had() throws Exception {
      had.incrementAndGet();
      allHaveAsked.await();
    }

    void refused() throws Exception {
      refused.incrementAndGet();
      allHaveAsked.await();
    }
  }

  /**
   * Prints what became of it.
   *
   * @param served what counts those that had it
   * @param refused what counts the others
   */
  private static void askTogether(
      String what,
      ArenaConfig arenas,
      Demand demand,
      ToLongFunction<ArenaStats> served,
      ToLongFunction<ArenaStats> refused)
      throws InterruptedException {
    ArenaControl.configure(arenas);
    ArenaWatch watch = ArenaWatch.start();
    Rush rush = new Rush();
    TeamResult team =
        WorkerTeam.run(
            new StressSettings(THREADS, 1, null, 1, 1, arenas, 1, null),
            (worker, random) ->
                turn -> {
                  try {
                    demand.ask(rush);
                  } catch (ArenaOverflowException e) {
                    System.out.println(what + ": " + e.getMessage());
                    rush.refused();
                  }
                },
            Progress.SILENT);
    System.out.printf(
        "%ss: %d had, %d refused, failures %s%n",
        what, rush.had.get(), rush.refused.get(), team.failures());
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    ArenaStats counted = watch.sinceStart();
    System.out.printf(
        "%ss given back: %s%n",
        what, nothingLeft.held() && ArenaWatch.nothingIsInUse(counted).held());
    System.out.printf(
        "%ss counted: %s%n",
        what,
        served.applyAsLong(counted) == rush.had.get()
            && refused.applyAsLong(counted) == rush.refused.get());
  }

  private static void oneMore() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      PatternedSegment segment = PatternedSegment.fill(scope.allocate(64 << 10, 64), 1);
      WorkTally tally = new WorkTally();
      segment.check(tally);
      System.out.println("one more: " + (tally.wrongSegments() == 0));
    }
  }

  private static ArenaConfig arenas(long poolSizeBytes, OverflowStrategy overflow) {
    return ArenaConfig.builder()
        .poolSizeBytes(poolSizeBytes)
        .overflow(overflow)
        .maxFallbackBytes(Long.MAX_VALUE)
        .build();
  }
}
