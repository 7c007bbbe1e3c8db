package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.ThreadArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Kernels whose vectors are served by fallback, or not: where one returns, its scores are those of
 * a large arena.
 */
final class KernelsUnderPressure {
  private final BatchKernel kernel;
  private final StressSettings settings;
  private final DataSet data;
  private final LargeArena large;
  private final AtomicLong differences = new AtomicLong();
  private final AtomicLong exceptions = new AtomicLong();
  private final AtomicReference<@Nullable String> firstFault = new AtomicReference<>();

  KernelsUnderPressure(
      BatchKernel kernel, StressSettings settings, DataSet data, LargeArena large) {
    this.kernel = kernel;
    this.settings = settings;
    this.data = data;
    this.large = large;
  }

  /** With fallback for all threads. */
  List<Invariant> underTheCap(Progress progress) throws InterruptedException {
    ArenaStats before = ArenaControl.stats();
    TeamResult team = run(settings.arenas(), progress);
    ArenaStats counted = ArenaControl.stats().since(before);
    return List.of(
        large.hasTheSameScores(
            "under the cap every score is bit for bit that of a large arena",
            differences.get(),
            team.operations()),
        new Invariant(
            "under the cap every call overflows and is served",
            team.failures().isEmpty()
                && exceptions.get() == 0
                && counted.overflowErrors() == 0
                && counted.overflowFallbacks() >= team.operations(),
            String.format(
                Locale.ROOT,
                "%,d overflows of %,d calls served with %,d bytes, %,d refused%s",
                counted.overflowFallbacks(),
                team.operations(),
                counted.fallbackBytes(),
                counted.overflowErrors(),
                firstFailure(team))));
  }

  /** With fallback for fewer threads than there are. */
  List<Invariant> beyondTheCap(long maxFallbackBytes, Progress progress)
      throws InterruptedException {
    ArenaStats before = ArenaControl.stats();
    TeamResult team =
        run(Configs.fallback(settings.arenas(), maxFallbackBytes, Long.MAX_VALUE), progress);
    ArenaStats counted = ArenaControl.stats().since(before);
    String fault = firstFault.get();
    return List.of(
        large.hasTheSameScores(
            "beyond the cap a call has the scores of a large arena, or throws",
            differences.get(),
            team.operations()),
        new Invariant(
            "beyond the cap every exception of a kernel is counted, and leaves nothing in use",
            team.failures().isEmpty()
                && fault == null
                && counted.overflowErrors() == exceptions.get(),
            fault == null
                ? String.format(
                    Locale.ROOT,
                    "%,d counted, %,d exceptions of %,d calls%s",
                    counted.overflowErrors(),
                    exceptions.get(),
                    team.operations(),
                    firstFailure(team))
                : fault));
  }

  private TeamResult run(ArenaConfig arenas, Progress progress) throws InterruptedException {
    ArenaControl.configure(arenas);
    differences.set(0);
    return WorkerTeam.run(settings, (worker, random) -> this::call, progress);
  }

  private void call(long turn) {
    try {
      float[] scores = kernel.scores(data.query(turn), data.candidates(turn));
      differences.addAndGet(large.differences(turn, scores));
    } catch (ArenaOverflowException e) {
      exceptions.incrementAndGet();
      if (e.requestedBytes() <= e.availableBytes() || e.availableBytes() > e.capacityBytes()) {
        firstFault.compareAndSet(null, "sizes that do not agree: " + e.getMessage());
      }
    }
    long used = ArenaControl.threadStats().map(ThreadArenaStats::usedBytes).orElse(0L);
    if (used != 0) {
      firstFault.compareAndSet(null, "%d bytes in use after a call".formatted(used));
    }
  }

  private static String firstFailure(TeamResult team) {
    return team.failures().isEmpty() ? "" : "; " + team.failures().getFirst();
  }
}
