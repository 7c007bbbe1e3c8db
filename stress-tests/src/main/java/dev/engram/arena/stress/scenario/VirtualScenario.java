package dev.engram.arena.stress.scenario;

import dev.engram.arena.AbandonedScopes;
import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.ScoreTally;
import dev.engram.arena.stress.vectors.VectorSource;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Virtual threads that hold scopes while they wait, change carriers and call kernels. */
public final class VirtualScenario implements Scenario {
  /** Where the user sets no bound. */
  private static final int ARENAS_MAX = 512;

  private static final int KERNEL_EVERY = 4;
  private static final int RETRY_MILLIS_MAX = 5;
  private static final int ABANDONED_PER_THREADS = 500;
  private static final Duration RECOVERY_TIMEOUT = Duration.ofSeconds(20);

  private final Interlude interlude;
  private final BatchKernel kernel;
  private final Duration recoveryTimeout;

  /** The scenario on the library's kernel. */
  public VirtualScenario() {
    this(VirtualPause::take, BatchKernel.COSINE_SIMILARITY, RECOVERY_TIMEOUT);
  }

  VirtualScenario(Interlude interlude, BatchKernel kernel, Duration recoveryTimeout) {
    this.interlude = interlude;
    this.kernel = kernel;
    this.recoveryTimeout = recoveryTimeout;
  }

  @Override
  public String name() {
    return "virtual";
  }

  @Override
  public String description() {
    return "Virtual threads hold scopes across yields, sleeps, blocking calls, nested scopes and"
        + " kernels. Each checks its bytes and scores, engram.arena.max_total (512 arenas, if it is"
        + " not set) bounds the arenas that they lease, and every lease comes back; also those of"
        + " threads that end with a scope open.";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(1_000, 20, 64, 16, 64L << 10);
  }

  @Override
  public void check(StressSettings settings) {
    Checks.refusePanic(settings);
    long vectorBytes = (long) settings.dimensions() * Float.BYTES;
    long room = settings.arenas().poolSizeBytes() - ScopeWork.BYTES_MAX;
    if (3 * vectorBytes > room) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a kernel would overflow inside a scope: a query and a candidate of %,d floats do not"
                  + " fit the %,d bytes that are left; give a smaller --dim or a larger --pool-size",
              settings.dimensions(),
              room));
    }
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    DataSet data = SharedVectors.prepare(settings, vectors, progress);
    ArenaConfig arenas = bounded(settings.arenas());
    ArenaControl.configure(arenas);
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(settings.threads()).toList();
    List<ScoreTally> scores = Stream.generate(ScoreTally::new).limit(settings.threads()).toList();
    // A few more than there are arenas, so that some are refused one and try again.
    Semaphore admission = new Semaphore(Math.toIntExact(arenasMax(arenas) * 9 / 8 + 1));
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            settings,
            WorkerTeam.VIRTUAL_THREADS,
            (worker, random) -> {
              WorkTally tally = tallies.get(worker);
              ScopeWork work =
                  new ScopeWork(random, tally, interlude(data, tally, scores.get(worker)));
              return turn -> runAdmitted(work, admission, random);
            },
            progress);
    LeaseCheck leases = new LeaseCheck(arenas);
    WorkTally left = abandonScopes(settings, progress);
    ArenaStats recovered = awaitRecovery(watch, left);
    WorkTally done = WorkTally.sum(Stream.concat(tallies.stream(), Stream.of(left)).toList());
    ScoreTally allScores = ScoreTally.sum(scores);
    List<Invariant> invariants =
        List.of(
            WorkInvariants.everyByteIsItsOwn(done),
            new Invariant("every score is right", allScores.allRight(), allScores.detail()),
            WorkInvariants.sizesAgree(done),
            WorkInvariants.totalsAreExact(done, recovered),
            everyRefusalIsCounted(done, recovered),
            arenasAreBounded(team, arenas),
            ArenaWatch.nothingIsInUse(recovered, left.abandonedScopes),
            leases.allAreBack(),
            TeamInvariants.noWorkerFailed(team),
            TeamInvariants.everyOperationIsCounted(team, settings));
    return new ScenarioResult(
        team.operations(), team.elapsed(), recovered, team.peak(), invariants);
  }

  /**
   * The user's bound, or one of the scenario's; every scope that is left open is to be reported.
   */
  private static ArenaConfig bounded(ArenaConfig wanted) {
    long maxTotal =
        wanted.maxTotalBytes() == Long.MAX_VALUE
            ? ARENAS_MAX * wanted.poolSizeBytes()
            : wanted.maxTotalBytes();
    return new ArenaConfig(
        wanted.poolSizeBytes(),
        wanted.overflow(),
        wanted.maxFallbackBytes(),
        maxTotal,
        wanted.hugePages(),
        wanted.zeroOnReset(),
        wanted.preTouch(),
        AbandonedScopes.ALL);
  }

  private static long arenasMax(ArenaConfig arenas) {
    return arenas.maxTotalBytes() / arenas.poolSizeBytes();
  }

  private Interlude interlude(DataSet data, WorkTally tally, ScoreTally scores) {
    return interlude.doing((random, newest) -> {
      interlude.run(random, newest);
      if (random.nextInt(KERNEL_EVERY) == 0 && hasRegion()) {
        long turn = random.nextInt(Integer.MAX_VALUE);
        scores.check(data, turn, kernel.scores(data.query(turn), data.candidates(turn)));
        // A call on arrays is a scope of its own.
        tally.scopes++;
      }
    });
  }

  /** Without one, as under fallback there may be none, the kernel would overflow too. */
  private static boolean hasRegion() {
    return ArenaControl.threadStats().filter(stats -> stats.capacityBytes() > 0).isPresent();
  }

  /** Where there are more threads than arenas some have to come again. */
  private static void runAdmitted(ScopeWork work, Semaphore admission, RandomGenerator random)
      throws Exception {
    admission.acquire();
    try {
      while (!hasRun(work)) {
        Thread.sleep(1 + random.nextInt(RETRY_MILLIS_MAX));
      }
    } finally {
      admission.release();
    }
  }

  private static boolean hasRun(ScopeWork work) throws Exception {
    try {
      work.run();
      return true;
    } catch (ArenaOverflowException e) {
      if (e.capacityBytes() != 0) {
        throw e;
      }
      return false;
    }
  }

  private static WorkTally abandonScopes(StressSettings settings, Progress progress)
      throws InterruptedException {
    int threads = 1 + settings.threads() / ABANDONED_PER_THREADS;
    progress.phase("leaving scopes open", threads);
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(threads).toList();
    WorkerTeam.run(
        settings.with(threads, settings.arenas()).times(1),
        WorkerTeam.VIRTUAL_THREADS,
        (worker, random) -> {
          ScopeWork work = new ScopeWork(random, tallies.get(worker), Interlude.NONE);
          return turn -> work.abandon();
        },
        Progress.SILENT);
    return WorkTally.sum(tallies);
  }

  /**
   * Scopes that nobody can close any more are found by the collector; their leases are taken back
   * when somebody asks what is idle.
   */
  private ArenaStats awaitRecovery(ArenaWatch watch, WorkTally left) throws InterruptedException {
    long deadline = System.nanoTime() + recoveryTimeout.toNanos();
    ArenaStats now = watch.sinceStart();
    while ((now.totalAbandoned() < left.abandonedScopes
            || now.usedBytes() != 0
            || now.quarantinedBytes() != 0)
        && System.nanoTime() < deadline) {
      System.gc();
      Thread.sleep(10);
      ArenaControl.trim();
      now = watch.sinceStart();
    }
    return now;
  }

  private static Invariant everyRefusalIsCounted(WorkTally done, ArenaStats counted) {
    return new Invariant(
        "every refused arena is counted",
        counted.totalRefusedArenas() >= done.refusedArenas,
        String.format(
            Locale.ROOT,
            "%,d counted, those included that a second attempt made good, %,d exceptions",
            counted.totalRefusedArenas(),
            done.refusedArenas));
  }

  private static Invariant arenasAreBounded(TeamResult team, ArenaConfig arenas) {
    ArenaStats peak = team.peak();
    long held = peak.reservedBytes() + peak.heldFallbackBytes() + peak.quarantinedBytes();
    return new Invariant(
        "the arenas are bounded by maxTotalBytes",
        peak.liveArenas() > 0 && held <= arenas.maxTotalBytes(),
        String.format(
            Locale.ROOT,
            "%,d arenas with %,d of %,d bytes for %,d threads",
            peak.liveArenas(),
            held,
            arenas.maxTotalBytes(),
            team.operationsByWorker().size()));
  }
}
