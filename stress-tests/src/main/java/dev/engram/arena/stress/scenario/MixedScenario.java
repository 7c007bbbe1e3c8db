package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.VectorSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** All kernels in turn, on arenas in which other data is alive. */
public final class MixedScenario implements Scenario {
  private static final int INPUTS = 4;

  /** What the kernels take as scratch at most where they have four times as much left. */
  private static final long SCRATCH_BYTES_MAX = 160L << 10;

  private final Interlude interlude;
  private final UnaryOperator<float[]> results;
  private final Duration exitTimeout;

  /** The scenario on the library's kernels. */
  public MixedScenario() {
    this(Interlude.NONE, UnaryOperator.identity(), ArenaWatch.THREAD_EXIT_TIMEOUT);
  }

  /**
   * The scenario with something that goes wrong.
   *
   * @param interlude takes place in the scope of each kernel
   * @param results what is done to each result before it is looked at
   * @param exitTimeout how long threads that have ended may take to give their arenas back
   */
  MixedScenario(Interlude interlude, UnaryOperator<float[]> results, Duration exitTimeout) {
    this.interlude = interlude;
    this.results = results;
    this.exitTimeout = exitTimeout;
  }

  @Override
  public String name() {
    return "mixed";
  }

  @Override
  public String description() {
    return "Every thread calls all kernels in all their forms, in scopes inside scopes that hold"
        + " data. Every result is checked against double precision and must have the same bits each"
        + " time, no byte of another scope may change, and scopes, resets and bytes are counted"
        + " exactly.";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(32, 100, 768, 100, 2L << 20);
  }

  @Override
  public void check(StressSettings settings) {
    long needed = bytesNeeded(settings);
    long poolSize = settings.arenas().poolSizeBytes();
    if (needed > poolSize) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the kernels could overflow: with %,d candidates of %,d floats they need up to %,d"
                  + " bytes, an arena has %,d; give a smaller --dim, fewer --candidates or a larger"
                  + " --pool-size",
              settings.candidates(),
              settings.dimensions(),
              needed,
              poolSize));
    }
  }

  /** With so much room what a kernel takes does not depend on what is left. */
  private static long bytesNeeded(StressSettings settings) {
    long vectorBytes = KernelScope.padded((settings.dimensions() + 1L) * Float.BYTES);
    long scoreBytes = KernelScope.padded((long) settings.candidates() * Float.BYTES);
    long stagedBytes =
        (settings.candidates() + 2) * vectorBytes
            + 2 * scoreBytes
            + 2 * KernelScope.padded(SpreadCalls.NODES * Float.BYTES)
            + KernelScope.padded(DecayCalls.MEMORIES * Float.BYTES)
            + KernelScope.padded(DecayCalls.MEMORIES * Long.BYTES);
    long scratchBytes =
        Math.max(SCRATCH_BYTES_MAX, 4 * (CosineCalls.QUERIES + 1) * vectorBytes + scoreBytes);
    return MixedWork.BYTES_MAX + stagedBytes + 4 * scratchBytes;
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    List<List<KernelFootprint>> inputs = prepare(settings, vectors, progress);
    try {
      return run(settings, inputs, progress);
    } finally {
      inputs.forEach(kernels -> kernels.forEach(kernel -> kernel.calls().close()));
    }
  }

  /** The kernels on several inputs, which are to be closed. */
  static List<List<KernelFootprint>> prepare(
      StressSettings settings, VectorSource vectors, Progress progress) {
    long vectorsPerInput = (long) settings.candidates() + CosineCalls.QUERIES;
    Heap.require(INPUTS * vectorsPerInput, vectors.heapBytesPerVector());
    progress.phase("preparing inputs", INPUTS);
    RandomGenerator random = new SplittableRandom(settings.seed());
    List<List<KernelFootprint>> inputs = new ArrayList<>();
    for (int i = 0; i < INPUTS; i++) {
      var data = vectors.dataSet(random, CosineCalls.QUERIES, settings.candidates());
      inputs.add(
          Stream.of(
                  new CosineCalls(data, i % 2 == 1),
                  new SpreadCalls(random),
                  new DecayCalls(random))
              .map(KernelFootprint::measure)
              .toList());
      progress.at(inputs.size());
    }
    return inputs;
  }

  private ScenarioResult run(
      StressSettings settings, List<List<KernelFootprint>> inputs, Progress progress)
      throws InterruptedException {
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(settings.threads()).toList();
    List<ResultTally> seen = Stream.generate(ResultTally::new).limit(settings.threads()).toList();
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            settings,
            (worker, random) -> {
              MixedWork work =
                  new MixedWork(
                      inputs, random, tallies.get(worker), seen.get(worker), interlude, results);
              return turn -> work.run();
            },
            progress);
    Invariant nothingLeft = watch.threadsLeaveNothingBehind(exitTimeout);
    ArenaStats after = watch.sinceStart();
    WorkTally done = WorkTally.sum(tallies);
    ResultTally allResults = ResultTally.sum(seen);
    List<Invariant> invariants =
        List.of(
            allResults.everyResultIsRight(),
            allResults.everyResultHasTheSameBits(),
            WorkInvariants.everyByteIsItsOwn(done),
            WorkInvariants.totalsAreExact(done, after),
            WorkInvariants.everyByteIsCounted(done, after),
            WorkInvariants.kernelsKeepNothing(done),
            ArenaInvariants.noOverflow(after),
            ArenaInvariants.highWaterMarkFits(after, settings),
            ArenaInvariants.oneArenaPerThread(watch.before(), team, settings),
            nothingLeft,
            ArenaWatch.nothingIsInUse(after),
            TeamInvariants.noWorkerFailed(team),
            TeamInvariants.everyOperationIsCounted(team, settings));
    return new ScenarioResult(team.operations(), team.elapsed(), after, team.atWork(), invariants);
  }
}
