package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Many more threads than arenas fit under {@code maxTotalBytes}, few of which work at a time: the
 * arenas of the idle ones make room.
 */
final class IdleThreads {
  /** Threads for each arena that there is room for. */
  private static final int THREADS_PER_ARENA = 8;

  private static final int TURNS = 4;

  private final StressSettings settings;
  private final Interlude interlude;
  private final ArenaConfig arenas;
  private final int activeMax;
  private final AtomicLong totalMax = new AtomicLong();

  IdleThreads(StressSettings settings, Interlude interlude) {
    this.settings = settings;
    this.interlude = interlude;
    this.activeMax = Math.max(1, settings.threads() / 2);
    this.arenas =
        Configs.error(settings.arenas(), settings.threads() * settings.arenas().poolSizeBytes());
  }

  List<Invariant> run(Progress progress) throws InterruptedException {
    ArenaControl.configure(arenas);
    StressSettings many =
        settings.with(settings.threads() * THREADS_PER_ARENA, arenas).times(TURNS);
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(many.threads()).toList();
    Semaphore active = new Semaphore(activeMax);
    ArenaStats before = ArenaControl.stats();
    TeamResult team =
        WorkerTeam.run(
            many,
            (worker, random) -> {
              ScopeWork work = new ScopeWork(random, tallies.get(worker), interlude);
              return turn -> workAlone(work, active);
            },
            progress);
    ArenaStats counted = ArenaControl.stats().since(before);
    WorkTally done = WorkTally.sum(tallies);
    return List.of(
        named(WorkInvariants.everyByteIsItsOwn(done)),
        named(WorkInvariants.totalsAreExact(done, counted)),
        everyThreadHasAnArena(done, counted, team, many),
        boundHolds());
  }

  private static Invariant named(Invariant invariant) {
    return new Invariant(
        "among idle threads " + invariant.name(), invariant.held(), invariant.detail());
  }

  private void workAlone(ScopeWork work, Semaphore active) throws Exception {
    active.acquire();
    try {
      work.run();
      if (active.tryAcquire(activeMax - 1)) {
        sampleAlone();
        active.release(activeMax - 1);
      }
    } finally {
      active.release();
    }
  }

  /** While others work a region may move from one arena to another, and the sum is not exact. */
  private void sampleAlone() {
    ArenaStats now = ArenaControl.stats();
    totalMax.accumulateAndGet(now.reservedBytes() + now.quarantinedBytes(), Math::max);
  }

  private Invariant everyThreadHasAnArena(
      WorkTally done, ArenaStats counted, TeamResult team, StressSettings many) {
    return new Invariant(
        "the arenas of idle threads make room for those that work",
        team.failures().isEmpty()
            && done.refusedArenas == 0
            && counted.totalRefusedArenas() == 0
            && team.operations() == (long) many.threads() * TURNS,
        String.format(
            Locale.ROOT,
            "%,d threads in %,d bytes, %,d times there was no arena%s",
            many.threads(),
            arenas.maxTotalBytes(),
            done.refusedArenas,
            team.failures().isEmpty() ? "" : "; " + team.failures().getFirst()));
  }

  private Invariant boundHolds() {
    return new Invariant(
        "idle threads keep no more than maxTotalBytes",
        totalMax.get() <= arenas.maxTotalBytes(),
        String.format(
            Locale.ROOT,
            "at most %,d bytes of arenas, allowed are %,d",
            totalMax.get(),
            arenas.maxTotalBytes()));
  }
}
