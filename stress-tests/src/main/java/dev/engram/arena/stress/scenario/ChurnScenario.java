package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.VectorSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Threads come, use their arena and go: nothing may be lost or left. */
public final class ChurnScenario implements Scenario {
  private static final int SCOPES_MAX = 4;
  private static final int ABANDONED_EVERY = 64;

  /** What the first threads of a process leave is the JVM's own. */
  private static final int WARM_UP_ITERATIONS = 20;

  /** Stacks that the C library keeps for the next thread, its heaps, and compiled code. */
  static final long MAPPINGS_MAX = 200;

  static final long RESIDENT_BYTES_MAX = 64L << 20;

  private final Interlude interlude;

  /** The scenario. */
  public ChurnScenario() {
    this(Interlude.NONE);
  }

  ChurnScenario(Interlude interlude) {
    this.interlude = interlude;
  }

  @Override
  public String name() {
    return "churn";
  }

  @Override
  public String description() {
    return "Every iteration is a new thread that uses its arena and ends: with nested scopes, with"
        + " allocations that do not fit, and now and then with a scope left open. The totals must"
        + " be exact, and no arena, mapping or memory may be left behind.";
  }

  @Override
  public boolean comparesVectors() {
    return false;
  }

  @Override
  public Defaults defaults() {
    return new Defaults(32, 200, null, 1, 1, 256L << 10, OverflowStrategy.FALLBACK);
  }

  @Override
  public void check(StressSettings settings) {
    Checks.refusePanic(settings);
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    ArenaWatch warmUp = ArenaWatch.start();
    churn(settings.times(WARM_UP_ITERATIONS), worker -> new WorkTally(), Progress.SILENT);
    warmUp.threadsLeaveNothingBehind();
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(settings.threads()).toList();
    ArenaWatch watch = ArenaWatch.start();
    ProcessMemory before = ProcessMemory.now();
    TeamResult team = churn(settings, worker -> tallies.get(worker), progress);
    Invariant nothingLeft = watch.threadsLeaveNothingBehind();
    ProcessMemory growth = ProcessMemory.now().since(before);
    ArenaStats after = watch.sinceStart();
    WorkTally done = WorkTally.sum(tallies);
    List<Invariant> invariants =
        List.of(
            WorkInvariants.everyByteIsItsOwn(done),
            WorkInvariants.sizesAgree(done),
            WorkInvariants.totalsAreExact(done, after),
            nothingLeft,
            ArenaWatch.nothingIsInUse(after, done.abandonedScopes),
            mappingsStay(growth, team),
            residentMemoryStays(growth, team),
            TeamInvariants.noWorkerFailed(team),
            TeamInvariants.everyOperationIsCounted(team, settings));
    return new ScenarioResult(team.operations(), team.elapsed(), after, team.peak(), invariants);
  }

  private interface Tallies {
    WorkTally of(int worker);
  }

  /** Each operation of a worker is the life of another thread. */
  private TeamResult churn(StressSettings settings, Tallies tallies, Progress progress)
      throws InterruptedException {
    return WorkerTeam.run(
        settings,
        (worker, random) -> {
          ScopeWork work = new ScopeWork(random, tallies.of(worker), interlude);
          return turn -> liveAndDie(work, random);
        },
        progress);
  }

  /** Does some work on a thread of its own. */
  static void liveAndDie(ScopeWork work, RandomGenerator random) throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("stress-short")
            .unstarted(() -> {
              try {
                live(work, random);
              } catch (Throwable t) {
                failure.set(t);
              }
            });
    thread.start();
    thread.join();
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("a short thread failed: " + thrown, thrown);
    }
  }

  private static void live(ScopeWork work, RandomGenerator random) throws Exception {
    int scopes = 1 + random.nextInt(SCOPES_MAX);
    for (int i = 0; i < scopes; i++) {
      work.run();
    }
    if (random.nextInt(ABANDONED_EVERY) == 0) {
      work.abandon();
    }
  }

  private static Invariant mappingsStay(ProcessMemory growth, TeamResult team) {
    return new Invariant(
        "the mappings of the process stay about as many",
        growth.mappings() < MAPPINGS_MAX,
        String.format(
            Locale.ROOT,
            "%+,d with %+,d bytes of address space after %,d threads, allowed are %,d",
            growth.mappings(),
            growth.mappedBytes(),
            team.operations(),
            MAPPINGS_MAX));
  }

  private static Invariant residentMemoryStays(ProcessMemory growth, TeamResult team) {
    return new Invariant(
        "resident memory outside the Java heap stays about as large",
        growth.residentBytes() < RESIDENT_BYTES_MAX,
        String.format(
            Locale.ROOT,
            "%+,d bytes after %,d threads, allowed are %,d",
            growth.residentBytes(),
            team.operations(),
            RESIDENT_BYTES_MAX));
  }
}
