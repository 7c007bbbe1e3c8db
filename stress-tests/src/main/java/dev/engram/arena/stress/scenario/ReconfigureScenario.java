package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.VectorSource;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Everything that can be asked of arenas from outside is asked while threads use them. */
public final class ReconfigureScenario implements Scenario {
  /** One changes settings, the other asks whatever else there is to ask. */
  private static final int CONTROLLERS = 2;

  private static final int RESET_INSIDE_EVERY = 64;
  private static final int PAUSE_EVERY = 4;

  private final Interlude interlude;

  /** Is to refuse a caller that has a scope open. */
  private final Runnable resetInside;

  /** The scenario. */
  public ReconfigureScenario() {
    this(Interlude.NONE, ArenaControl::resetArenas);
  }

  ReconfigureScenario(Interlude interlude, Runnable resetInside) {
    this.interlude = interlude;
    this.resetInside = resetInside;
  }

  @Override
  public String name() {
    return "reconfigure";
  }

  @Override
  public String description() {
    return "Settings change at random, and arenas are trimmed and reset and their metrics too,"
        + " while platform and virtual threads use their arenas. Every byte must stay what its"
        + " scope wrote, every scope must work, and every change must be taken on.";
  }

  @Override
  public boolean comparesVectors() {
    return false;
  }

  @Override
  public Defaults defaults() {
    return new Defaults(
        32, 2_000, Duration.ofSeconds(5), 1, 1, 1L << 20, OverflowStrategy.ERROR_RETURN);
  }

  @Override
  public void check(StressSettings settings) {
    Checks.refusePanic(settings);
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    int threads = Math.addExact(settings.threads(), CONTROLLERS);
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(threads).toList();
    SettingsInForce inForce = new SettingsInForce(settings.arenas());
    CounterWatch counters = new CounterWatch();
    AtomicLong resetsAllowedInside = new AtomicLong();
    ArenaWatch watch = ArenaWatch.start();
    TeamResult team =
        WorkerTeam.run(
            settings.with(threads, settings.arenas()),
            ReconfigureScenario::kind,
            (worker, random) ->
                switch (worker) {
                  case 0 -> turn -> changeSettings(settings.arenas(), inForce, random);
                  case 1 -> turn -> askOtherwise(counters, random);
                  default -> user(random, tallies.get(worker), inForce, resetsAllowedInside);
                },
            progress);
    // Idle leases take these on at once, so that they can be counted.
    ArenaControl.configure(settings.arenas());
    Invariant nothingLeft =
        watch.threadsLeaveAtMost(threads / 2, settings.arenas().poolSizeBytes());
    ArenaStats after = ArenaControl.stats();
    WorkTally done = WorkTally.sum(tallies);
    List<Invariant> invariants =
        List.of(
            WorkInvariants.everyByteIsItsOwn(done),
            WorkInvariants.sizesAgree(done),
            inForce.areTakenOn(),
            counters.neverDecreased(),
            resetIsRefused(resetsAllowedInside.get()),
            nothingLeft,
            ArenaWatch.nothingIsInUse(after),
            TeamInvariants.noWorkerFailed(team),
            TeamInvariants.everyOperationIsCounted(
                team, settings.with(threads, settings.arenas())));
    return new ScenarioResult(team.operations(), team.elapsed(), after, team.peak(), invariants);
  }

  private static Thread.Builder kind(int worker) {
    return worker < CONTROLLERS || worker % 2 == 0
        ? WorkerTeam.PLATFORM_THREADS.apply(worker)
        : WorkerTeam.VIRTUAL_THREADS.apply(worker);
  }

  private WorkerTeam.Operation user(
      RandomGenerator random,
      WorkTally tally,
      SettingsInForce inForce,
      AtomicLong resetsAllowedInside) {
    Interlude resetting =
        interlude.doing((source, newest) -> {
          if (source.nextInt(RESET_INSIDE_EVERY) == 0 && resetIsAllowed()) {
            resetsAllowedInside.incrementAndGet();
          }
          pause(source);
          interlude.run(source, newest);
        });
    ScopeWork work = new ScopeWork(random, tally, resetting);
    return turn -> {
      inForce.check(ReconfigureScenario::capacityOfNextScope);
      work.run();
    };
  }

  private static long capacityOfNextScope() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return scope.availableBytes();
    }
  }

  private boolean resetIsAllowed() {
    try {
      resetInside.run();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private static void pause(RandomGenerator random) throws InterruptedException {
    switch (random.nextInt(PAUSE_EVERY)) {
      case 0 -> Thread.sleep(random.nextInt(2));
      case 1 -> LockSupport.parkNanos(1);
      default -> {
        // Goes on at once.
      }
    }
  }

  private static void changeSettings(
      ArenaConfig initial, SettingsInForce inForce, RandomGenerator random)
      throws InterruptedException {
    inForce.change(RandomSettings.next(initial, random));
    Thread.sleep(random.nextInt(3));
  }

  private static void askOtherwise(CounterWatch counters, RandomGenerator random)
      throws InterruptedException {
    switch (random.nextInt(8)) {
      case 0 -> ArenaControl.resetArenas();
      case 1 -> ArenaControl.resetMetrics();
      case 2 -> ArenaControl.trim();
      case 3 -> Thread.sleep(1);
      default -> counters.look();
    }
  }

  private static Invariant resetIsRefused(long allowed) {
    return new Invariant(
        "resetArenas is refused inside a scope",
        allowed == 0,
        String.format(Locale.ROOT, "%,d times it was not", allowed));
  }
}
