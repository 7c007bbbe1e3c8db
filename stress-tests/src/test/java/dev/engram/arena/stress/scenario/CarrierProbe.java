package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Main class of the JVMs of {@link CarrierChangeTest}. */
final class CarrierProbe {
  static final String SCOPES = "scopes";
  static final String RAW = "raw";

  private static final long RAW_LONGS = 200;

  private CarrierProbe() {}

  /** What the virtual threads do, how many, and how often. Prints how many scopes were wrong. */
  public static void main(String[] args) throws InterruptedException {
    ArenaConfig arenas =
        ArenaConfig.builder()
            .poolSizeBytes(1 << 20)
            .overflow(OverflowStrategy.ERROR_RETURN)
            .build();
    ArenaControl.configure(arenas);
    StressSettings settings =
        new StressSettings(
            Integer.parseInt(args[1]), Long.parseLong(args[2]), null, 1, 1, arenas, 1, null);
    AtomicLong changes = new AtomicLong();
    long wrong = args[0].equals(RAW) ? raw(settings, changes) : scopes(settings, changes);
    System.out.printf(
        "%d wrong of %d, carriers %s%n",
        wrong,
        settings.threads() * settings.iterations(),
        changes.get() > 0 ? "changed" : "stayed");
  }

  private static long scopes(StressSettings settings, AtomicLong changes)
      throws InterruptedException {
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(settings.threads()).toList();
    TeamResult team =
        WorkerTeam.run(
            settings,
            WorkerTeam.VIRTUAL_THREADS,
            (worker, random) -> {
              ScopeWork work =
                  new ScopeWork(
                      random,
                      tallies.get(worker),
                      (source, newest) -> pause(source, newest, changes));
              return turn -> work.run();
            },
            Progress.SILENT);
    requireNoFailure(team);
    return WorkTally.sum(tallies).wrongSegments();
  }

  private static long raw(StressSettings settings, AtomicLong changes) throws InterruptedException {
    AtomicLong wrong = new AtomicLong();
    TeamResult team =
        WorkerTeam.run(
            settings,
            WorkerTeam.VIRTUAL_THREADS,
            (worker, random) ->
                turn -> {
                  boolean survived =
                      RawThreadArena.survivesPause(
                          random.nextLong(),
                          RAW_LONGS,
                          () -> pause(random, MemorySegment.NULL, changes));
                  wrong.addAndGet(survived ? 0 : 1);
                },
            Progress.SILENT);
    requireNoFailure(team);
    return wrong.get();
  }

  private static void pause(RandomGenerator random, MemorySegment newest, AtomicLong changes)
      throws InterruptedException {
    String before = carrier();
    VirtualPause.take(random, newest);
    if (!carrier().equals(before)) {
      changes.incrementAndGet();
    }
  }

  /** The name behind the last at sign of a virtual thread's description. */
  private static String carrier() {
    String thread = Thread.currentThread().toString();
    return thread.substring(thread.lastIndexOf('@') + 1);
  }

  private static void requireNoFailure(TeamResult team) {
    if (!team.failures().isEmpty()) {
      throw new IllegalStateException(team.failures().getFirst());
    }
  }
}
