package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.ScoreTally;
import dev.engram.arena.stress.vectors.VectorSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Each operation does not fit its arena, and must come to the same scores as in one where it does.
 */
final class OverflowUnderFallback {
  private static final long MEBIBYTE = 1 << 20;

  private final BatchKernel kernel;

  OverflowUnderFallback(BatchKernel kernel) {
    this.kernel = kernel;
  }

  ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    DataSet data = SharedVectors.prepare(settings, vectors, progress);
    progress.phase("computing the scores in a large arena", 0);
    LargeArena large = scoresInLargeArena(settings, data);
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
                  differences.addAndGet(differences(data, turn, scores, large.scores));
                },
            progress);
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    ArenaStats after = watch.sinceStart();
    ScoreTally scores = ScoreTally.sum(tallies);
    List<Invariant> invariants =
        List.of(
            new Invariant("every score is right", scores.allRight(), scores.detail()),
            sameAsInLargeArena(differences.get(), large, team),
            everyOperationOverflowed(after, team),
            nothingLeft,
            ArenaWatch.nothingIsInUse(after),
            TeamInvariants.noWorkerFailed(team),
            TeamInvariants.everyOperationIsCounted(team, settings));
    return new ScenarioResult(team.operations(), team.elapsed(), after, team.atWork(), invariants);
  }

  private static Invariant sameAsInLargeArena(long differences, LargeArena large, TeamResult team) {
    String failure = large.failure;
    return new Invariant(
        "every score is bit for bit that of a large arena",
        failure == null && differences == 0 && team.operations() > 0,
        failure == null
            ? String.format(
                Locale.ROOT,
                "%,d differ, of %d scores on each of %,d operations",
                differences,
                large.scores.length,
                team.operations())
            : "it failed in the large arena: " + failure);
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

  /** The scores of turn 0, from a thread of its own, so that its arena is gone afterwards. */
  private LargeArena scoresInLargeArena(StressSettings settings, DataSet data)
      throws InterruptedException {
    ArenaWatch watch = ArenaWatch.start();
    ArenaConfig large =
        new ArenaConfig(
            largePoolSizeBytes(settings),
            OverflowStrategy.ERROR_RETURN,
            settings.arenas().maxFallbackBytes());
    ArenaControl.configure(large);
    float[] scores = new float[settings.candidates()];
    TeamResult team =
        WorkerTeam.run(
            settings.once(large),
            (worker, random) ->
                turn -> {
                  float[] result = kernel.scores(data.query(turn), data.candidates(turn));
                  System.arraycopy(result, 0, scores, 0, scores.length);
                },
            Progress.SILENT);
    watch.threadsLeaveNothingBehind();
    return new LargeArena(scores, team.failures().isEmpty() ? null : team.failures().getFirst());
  }

  /** Twice what all vectors take: however the kernel aligns them, they fit. */
  private static long largePoolSizeBytes(StressSettings settings) {
    long vectors = settings.candidates() + 1L;
    return 2 * vectors * settings.dimensions() * Float.BYTES + MEBIBYTE;
  }

  /** How many scores of a turn are not, bit for bit, those of the same candidates on turn 0. */
  private static long differences(DataSet data, long turn, float[] scores, float[] onTurnZero) {
    return IntStream.range(0, onTurnZero.length)
        .filter(row ->
            Float.floatToRawIntBits(scores[row])
                != Float.floatToRawIntBits(onTurnZero[data.candidateIn(turn, row)]))
        .count();
  }

  /** What an arena came to in which everything fits. */
  private static final class LargeArena {
    private final float[] scores;
    private final @Nullable String failure;

    LargeArena(float[] scores, @Nullable String failure) {
      this.scores = scores;
      this.failure = failure;
    }
  }
}
