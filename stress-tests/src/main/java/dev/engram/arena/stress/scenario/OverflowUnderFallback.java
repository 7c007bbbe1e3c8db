package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.ScoreTally;
import dev.engram.arena.stress.vectors.VectorSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Each operation does not fit its arena, and must come to the same scores as in one where it does.
 */
final class OverflowUnderFallback {
  private final BatchKernel kernel;

  OverflowUnderFallback(BatchKernel kernel) {
    this.kernel = kernel;
  }

  ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    DataSet data = SharedVectors.prepare(settings, vectors, progress);
    LargeArena large = LargeArena.compute(kernel, settings, data, progress);
    ArenaControl.configure(settings.arenas());
    List<ScoreTally> tallies = Stream.generate(ScoreTally::new).limit(settings.threads()).toList();
    AtomicLong differences = new AtomicLong();
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            settings,
            (worker, random) ->
                turn -> {
                  float[] scores = kernel.scores(data.query(turn), data.candidates(turn));
                  tallies.get(worker).check(data, turn, scores);
                  differences.addAndGet(large.differences(turn, scores));
                },
            progress);
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    ArenaStats after = watch.sinceStart();
    ScoreTally scores = ScoreTally.sum(tallies);
    List<Invariant> invariants =
        List.of(
            new Invariant("every score is right", scores.allRight(), scores.detail()),
            large.hasTheSameScores(
                "every score is bit for bit that of a large arena",
                differences.get(),
                team.operations()),
            everyOperationOverflowed(after, team),
            nothingLeft,
            ArenaWatch.nothingIsInUse(after),
            TeamInvariants.noWorkerFailed(team),
            TeamInvariants.everyOperationIsCounted(team, settings));
    return new ScenarioResult(team.operations(), team.elapsed(), after, team.atWork(), invariants);
  }

  private static Invariant everyOperationOverflowed(ArenaStats after, TeamResult team) {
    return new Invariant(
        "every operation overflowed, was counted and was served",
        team.operations() > 0
            && after.overflowFallbacks() >= team.operations()
            && after.overflowErrors() == 0
            && after.fallbackBytes() > 0,
        String.format(
            Locale.ROOT,
            "%,d overflows of %,d operations served with %,d bytes, %,d refused",
            after.overflowFallbacks(),
            team.operations(),
            after.fallbackBytes(),
            after.overflowErrors()));
  }
}
