package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.ScoreTally;
import dev.engram.arena.stress.vectors.VectorSource;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Many threads, each with vectors and an arena of its own: what one does must not show in another.
 */
public final class IsolationScenario implements Scenario {
  /** Each thread's. Prime, so that each query meets the candidates in many orders. */
  private static final int QUERIES = 7;

  /** Generous, so that this need not follow how the kernel aligns what it stages. */
  private static final long ALIGNMENT_ROOM_BYTES = 256;

  private final BatchKernel kernel;

  /** The scenario on the library's kernel. */
  public IsolationScenario() {
    this(BatchKernel.COSINE_SIMILARITY);
  }

  IsolationScenario(BatchKernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public String name() {
    return "isolation";
  }

  @Override
  public String description() {
    return "Every thread compares queries and candidates of its own in its own arena. Every score"
        + " is checked against double precision, and nothing may overflow.";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(32, 100, 768, 100, 2L << 20);
  }

  @Override
  public void check(StressSettings settings) {
    long vectorBytes = (long) settings.dimensions() * Float.BYTES;
    long needed = 2 * vectorBytes + Float.BYTES + ALIGNMENT_ROOM_BYTES;
    long poolSize = settings.arenas().poolSizeBytes();
    if (needed > poolSize) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "every operation would overflow: a query and a candidate of %,d floats with their"
                  + " score need up to %,d bytes, an arena has %,d; give a smaller --dim or a larger"
                  + " --pool-size",
              settings.dimensions(),
              needed,
              poolSize));
    }
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    long vectorsPerThread = (long) settings.candidates() + QUERIES;
    Heap.require(settings.threads() * vectorsPerThread, vectors.heapBytesPerVector());
    List<ScoreTally> tallies = Stream.generate(ScoreTally::new).limit(settings.threads()).toList();
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            settings,
            (worker, random) -> {
              DataSet data = vectors.dataSet(random, QUERIES, settings.candidates());
              ScoreTally tally = tallies.get(worker);
              return turn ->
                  tally.check(data, turn, kernel.scores(data.query(turn), data.candidates(turn)));
            },
            progress);
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    ArenaStats after = watch.sinceStart();
    ScoreTally scores = ScoreTally.sum(tallies);
    List<Invariant> invariants =
        List.of(
            new Invariant("every score is right", scores.allRight(), scores.detail()),
            ArenaInvariants.noOverflow(after),
            oneResetPerOperation(after, team),
            ArenaInvariants.highWaterMarkFits(after, settings),
            ArenaInvariants.oneArenaPerThread(watch.before(), team, settings),
            nothingLeft,
            ArenaWatch.nothingIsInUse(after),
            TeamInvariants.noWorkerFailed(team),
            TeamInvariants.everyOperationIsCounted(team, settings));
    return new ScenarioResult(team.operations(), team.elapsed(), after, team.atWork(), invariants);
  }

  private static Invariant oneResetPerOperation(ArenaStats after, TeamResult team) {
    return new Invariant(
        "every operation is one reset",
        after.totalResets() == team.operations(),
        String.format(
            Locale.ROOT, "%,d resets, %,d operations", after.totalResets(), team.operations()));
  }
}
