package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.ThreadArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.GaussianVectors;
import dev.engram.arena.stress.vectors.ScoreTally;
import dev.engram.arena.stress.vectors.VectorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Each operation is a call that does not fit and must throw, then one that does and must be right.
 */
final class OverflowUnderError {
  /** Fit the smallest arena there is. */
  private static final int SMALL_DIMENSIONS = 64;

  private static final int SMALL_CANDIDATES = 16;

  private final BatchKernel kernel;

  OverflowUnderError(BatchKernel kernel) {
    this.kernel = kernel;
  }

  ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    DataSet large = SharedVectors.prepare(settings, vectors, progress);
    DataSet small =
        new GaussianVectors(SMALL_DIMENSIONS)
            .dataSet(new SplittableRandom(settings.seed()), 1, SMALL_CANDIDATES);
    List<Caller> callers =
        Stream.generate(() -> new Caller(settings.arenas().poolSizeBytes()))
            .limit(settings.threads())
            .toList();
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            settings,
            (worker, random) -> turn -> callers.get(worker).run(turn, large, small),
            progress);
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    ArenaStats after = watch.sinceStart();
    List<Invariant> invariants = new ArrayList<>(invariants(callers, after));
    invariants.add(nothingLeft);
    invariants.add(ArenaWatch.nothingIsInUse(after));
    invariants.add(TeamInvariants.noWorkerFailed(team));
    invariants.add(TeamInvariants.everyOperationIsCounted(team, settings));
    return new ScenarioResult(
        team.operations(), team.elapsed(), after, team.atWork(), List.copyOf(invariants));
  }

  private static List<Invariant> invariants(List<Caller> callers, ArenaStats after) {
    long calls = callers.stream().mapToLong(caller -> caller.calls).sum();
    long thrown = callers.stream().mapToLong(caller -> caller.thrown).sum();
    ScoreTally scores = ScoreTally.sum(callers.stream().map(caller -> caller.tally).toList());
    return List.of(
        new Invariant(
            "every call that does not fit throws ArenaOverflowException",
            thrown == calls && calls > 0,
            String.format(Locale.ROOT, "%,d of %,d calls", thrown, calls)),
        new Invariant(
            "every overflow is counted",
            after.totalOverflows() == thrown && after.overflowErrors() == thrown,
            String.format(
                Locale.ROOT, "%,d counted, %,d exceptions", after.totalOverflows(), thrown)),
        firstFault(
            "every exception gives sizes that agree",
            callers.stream().map(caller -> caller.sizeFault).toList(),
            "requested > available, available ≤ capacity, capacity = pool size"),
        firstFault(
            "an overflow leaves nothing in use",
            callers.stream().map(caller -> caller.usageFault).toList(),
            "0 bytes after each exception"),
        new Invariant("the next call is right", scores.allRight(), scores.detail()));
  }

  private static Invariant firstFault(
      String name, List<@Nullable String> faults, String detailIfNone) {
    for (String fault : faults) {
      if (fault != null) {
        return new Invariant(name, false, fault);
      }
    }
    return new Invariant(name, true, detailIfNone);
  }

  /** What one worker does and sees. */
  private final class Caller {
    private final ScoreTally tally = new ScoreTally();
    private final long poolSizeBytes;
    private long calls;
    private long thrown;
    private @Nullable String sizeFault;
    private @Nullable String usageFault;

    Caller(long poolSizeBytes) {
      this.poolSizeBytes = poolSizeBytes;
    }

    void run(long turn, DataSet large, DataSet small) {
      calls++;
      float[][] candidates = large.candidates(turn);
      try {
        kernel.scores(large.query(turn), candidates);
      } catch (ArenaOverflowException e) {
        thrown++;
        checkSizes(e);
      }
      checkUsage();
      tally.check(small, turn, kernel.scores(small.query(turn), small.candidates(turn)));
    }

    private void checkSizes(ArenaOverflowException e) {
      boolean agree =
          e.requestedBytes() > e.availableBytes()
              && e.availableBytes() >= 0
              && e.availableBytes() <= e.capacityBytes()
              && e.capacityBytes() == poolSizeBytes;
      if (!agree && sizeFault == null) {
        sizeFault =
            "requested %d, available %d, capacity %d, pool size %d bytes"
                .formatted(
                    e.requestedBytes(), e.availableBytes(), e.capacityBytes(), poolSizeBytes);
      }
    }

    private void checkUsage() {
      long used = ArenaControl.threadStats().map(ThreadArenaStats::usedBytes).orElse(0L);
      if (used != 0 && usageFault == null) {
        usageFault = "%d bytes after an exception".formatted(used);
      }
    }
  }
}
