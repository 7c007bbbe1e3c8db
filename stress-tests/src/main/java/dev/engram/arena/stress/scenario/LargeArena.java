package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the kernel comes to in an arena in which everything fits. */
final class LargeArena {
  private static final long MEBIBYTE = 1 << 20;

  private final DataSet data;
  private final float[] scores;
  private final @Nullable String failure;

  private LargeArena(DataSet data, float[] scores, @Nullable String failure) {
    this.data = data;
    this.scores = scores;
    this.failure = failure;
  }

  /** The scores of turn 0, from a thread of its own, so that its arena is gone afterwards. */
  static LargeArena compute(
      BatchKernel kernel, StressSettings settings, DataSet data, Progress progress)
      throws InterruptedException {
    progress.phase("computing the scores in a large arena", 0);
    ArenaWatch watch = ArenaWatch.start();
    ArenaConfig large =
        ArenaConfig.builder()
            .poolSizeBytes(poolSizeBytes(settings))
            .overflow(OverflowStrategy.ERROR_RETURN)
            .maxTotalBytes(Long.MAX_VALUE)
            .build();
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
    return new LargeArena(
        data, scores, team.failures().isEmpty() ? null : team.failures().getFirst());
  }

  /** Twice what all vectors take: however the kernel aligns them, they fit. */
  private static long poolSizeBytes(StressSettings settings) {
    long vectors = settings.candidates() + 1L;
    return 2 * vectors * settings.dimensions() * Float.BYTES + MEBIBYTE;
  }

  /** How many scores of a turn are not, bit for bit, those of the same candidates here. */
  long differences(long turn, float[] other) {
    return IntStream.range(0, scores.length)
        .filter(row ->
            Float.floatToRawIntBits(other[row])
                != Float.floatToRawIntBits(scores[data.candidateIn(turn, row)]))
        .count();
  }

  /** Judges scores of so many calls. */
  Invariant hasTheSameScores(String name, long differences, long calls) {
    return new Invariant(
        name,
        failure == null && differences == 0 && calls > 0,
        failure == null
            ? String.format(
                Locale.ROOT,
                "%,d differ, of %d scores on each of %,d operations",
                differences,
                scores.length,
                calls)
            : "it failed in the large arena: " + failure);
  }
}
