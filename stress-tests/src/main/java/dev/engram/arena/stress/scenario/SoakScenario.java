package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.VectorSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Everything at once, for as long as one likes: nothing may be lost, and nothing may grow. */
public final class SoakScenario implements Scenario {
  /** Two that call kernels, one whose work is done by short-lived threads, one virtual thread. */
  private static final int KINDS = 4;

  private static final Duration DURATION_MIN = Duration.ofSeconds(1);

  private final Interlude interlude;

  /** The scenario. */
  public SoakScenario() {
    this(Interlude.NONE);
  }

  SoakScenario(Interlude interlude) {
    this.interlude = interlude;
  }

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String description() {
    return "Kernels in scopes inside scopes, threads that come and go, and virtual threads, all at"
        + " once. Every result, byte and count is checked as in those scenarios; and from the"
        + " second third of the time to the last neither the mappings and the memory of the"
        + " process nor the arenas and their touched bytes may grow beyond the bounds that are"
        + " printed.";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(
        32, 1, Duration.ofMinutes(1), 768, 100, 2L << 20, OverflowStrategy.FALLBACK);
  }

  @Override
  public void check(StressSettings settings) {
    Duration duration = settings.duration();
    if (duration == null || duration.compareTo(DURATION_MIN) < 0) {
      throw new IllegalArgumentException(
          "whether something grows shows in time; give --duration, of 1s or more");
    }
    Checks.refusePanic(settings);
    new MixedScenario().check(settings);
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    List<List<KernelFootprint>> inputs = MixedScenario.prepare(settings, vectors, progress);
    try {
      return run(settings, inputs, progress);
    } finally {
      inputs.forEach(kernels -> kernels.forEach(kernel -> kernel.calls().close()));
    }
  }

  private ScenarioResult run(
      StressSettings settings, List<List<KernelFootprint>> inputs, Progress progress)
      throws InterruptedException {
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(settings.threads()).toList();
    List<ResultTally> seen = Stream.generate(ResultTally::new).limit(settings.threads()).toList();
    Duration duration = Objects.requireNonNull(settings.duration(), "refused by check");
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team;
    List<Invariant> growth;
    try (GrowthWatch memory = GrowthWatch.start(duration)) {
      team =
          WorkerTeam.run(
              settings,
              SoakScenario::kind,
              (worker, random) ->
                  operation(worker, random, inputs, tallies.get(worker), seen.get(worker)),
              progress);
      growth = memory.judge(settings, comeAndGo(settings), team.cutShort());
    }
    Invariant nothingLeft =
        watch.threadsLeaveAtMost(comeAndGo(settings), settings.arenas().poolSizeBytes());
    ArenaStats after = watch.sinceStart();
    return new ScenarioResult(
        team.operations(),
        team.elapsed(),
        after,
        team.peak(),
        invariants(
            settings,
            team,
            after,
            WorkTally.sum(tallies),
            ResultTally.sum(seen),
            growth,
            nothingLeft));
  }

  private WorkerTeam.Operation operation(
      int worker,
      RandomGenerator random,
      List<List<KernelFootprint>> inputs,
      WorkTally tally,
      ResultTally results) {
    return switch (worker % KINDS) {
      case 2 -> {
        ScopeWork work = new ScopeWork(random, tally, interlude);
        yield turn -> ChurnScenario.liveAndDie(work, random);
      }
      case 3 -> {
        ScopeWork work = new ScopeWork(random, tally, interlude.doing(VirtualPause::take));
        yield turn -> work.run();
      }
      default -> {
        MixedWork work =
            new MixedWork(inputs, random, tally, results, interlude, UnaryOperator.identity());
        yield turn -> work.run();
      }
    };
  }

  private static List<Invariant> invariants(
      StressSettings settings,
      TeamResult team,
      ArenaStats after,
      WorkTally done,
      ResultTally results,
      List<Invariant> growth,
      Invariant nothingLeft) {
    List<Invariant> invariants = new ArrayList<>();
    invariants.add(results.everyResultIsRight());
    invariants.add(results.everyResultHasTheSameBits());
    invariants.add(WorkInvariants.everyByteIsItsOwn(done));
    invariants.add(WorkInvariants.sizesAgree(done));
    invariants.add(WorkInvariants.totalsAreExact(done, after));
    invariants.add(WorkInvariants.kernelsKeepNothing(done));
    invariants.addAll(growth);
    invariants.add(nothingLeft);
    invariants.add(ArenaWatch.nothingIsInUse(after, done.abandonedScopes));
    invariants.add(TeamInvariants.noWorkerFailed(team));
    invariants.add(TeamInvariants.everyOperationIsCounted(team, settings));
    return List.copyOf(invariants);
  }

  private static Thread.Builder kind(int worker) {
    return worker % KINDS == 3
        ? WorkerTeam.VIRTUAL_THREADS.apply(worker)
        : WorkerTeam.PLATFORM_THREADS.apply(worker);
  }

  /** Arenas of short-lived threads, and leases of virtual ones: half of the workers have such. */
  private static long comeAndGo(StressSettings settings) {
    return 1L + settings.threads() / 2;
  }
}
