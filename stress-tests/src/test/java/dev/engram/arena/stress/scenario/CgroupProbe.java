package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/** Main class of the JVMs of {@link MemoryCgroupTest}: touches more memory than it may. */
final class CgroupProbe {
  private static final int THREADS = 16;
  private static final int PIECES = 64;
  private static final long PIECE = 1 << 20;

  private CgroupProbe() {}

  /** The bound on arenas and fallback, in bytes. */
  public static void main(String[] args) throws InterruptedException {
    ArenaConfig arenas =
        ArenaConfig.builder()
            .poolSizeBytes(PIECE)
            .overflow(OverflowStrategy.FALLBACK)
            .maxFallbackBytes(Long.MAX_VALUE)
            .maxTotalBytes(Long.parseLong(args[0]))
            .build();
    ArenaControl.configure(arenas);
    AtomicLong served = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    CyclicBarrier allHaveAsked = new CyclicBarrier(THREADS);
    TeamResult team =
        WorkerTeam.run(
            new StressSettings(THREADS, 2, null, 1, 1, arenas, 1, null),
            (worker, random) ->
                turn -> {
                  try (ArenaScope scope = ArenaControl.openScope()) {
                    List<PatternedSegment> segments = new ArrayList<>();
                    for (int i = 0; i < PIECES; i++) {
                      ask(scope, random.nextLong(), segments, refused);
                    }
                    allHaveAsked.await();
                    served.addAndGet(segments.size());
                    WorkTally tally = new WorkTally();
                    segments.forEach(segment -> segment.check(tally));
                    if (tally.wrongSegments() > 0) {
                      throw new IllegalStateException(tally.firstWrongSegment());
                    }
                  }
                  allHaveAsked.await();
                },
            Progress.SILENT);
    System.out.printf(
        "%d served, %d refused, failures %s%n", served.get(), refused.get(), team.failures());
  }

  private static void ask(
      ArenaScope scope, long seed, List<PatternedSegment> segments, AtomicLong refused) {
    try {
      segments.add(PatternedSegment.fill(scope.uninitialized().allocate(PIECE, 64), seed));
    } catch (ArenaOverflowException e) {
      refused.incrementAndGet();
    }
  }
}
