package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All threads ask for memory at the same time, twice what they may have, and hold what they got
 * until all have asked. Turn after turn the bound is reached exactly then.
 */
final class RushForMemory {
  private static final int PIECES = 8;
  private static final int ALIGNMENT_BYTES = 64;

  private final StressSettings settings;
  private final String bound;
  private final String property;
  private final ArenaConfig arenas;
  private final Interlude interlude;

  /** Twice in a turn: when all have asked, and when all have let go. */
  private final Phaser together;

  private final AtomicLong heldMax = new AtomicLong();
  private final AtomicLong totalMax = new AtomicLong();
  private final AtomicReference<@Nullable String> firstFault = new AtomicReference<>();

  private RushForMemory(
      StressSettings settings,
      String bound,
      String property,
      ArenaConfig arenas,
      Interlude interlude) {
    this.settings = settings;
    this.bound = bound;
    this.property = property;
    this.arenas = arenas;
    this.interlude = interlude;
    this.together =
        new Phaser(settings.threads()) {
          @Override
          protected boolean onAdvance(int phase, int parties) {
            lookAtGauges();
            return false;
          }
        };
  }

  /** Up to {@code maxFallbackBytes}. */
  static RushForMemory beyondMaxFallback(StressSettings settings, Interlude interlude) {
    return new RushForMemory(
        settings,
        "maxFallbackBytes",
        "engram.arena.max_fallback",
        Configs.fallback(settings.arenas(), demandBytes(settings) / 2, Long.MAX_VALUE),
        interlude);
  }

  /** Up to {@code maxTotalBytes}. */
  static RushForMemory beyondMaxTotal(StressSettings settings, Interlude interlude) {
    long regions = settings.threads() * settings.arenas().poolSizeBytes();
    return new RushForMemory(
        settings,
        "maxTotalBytes",
        "engram.arena.max_total",
        Configs.fallback(settings.arenas(), Long.MAX_VALUE, regions + demandBytes(settings) / 2),
        interlude);
  }

  /** What all threads ask for at a time beside their arenas. */
  static long demandBytes(StressSettings settings) {
    return (long) settings.threads() * PIECES * pieceBytes(settings);
  }

  /** Fits no arena. */
  private static long pieceBytes(StressSettings settings) {
    return (settings.arenas().poolSizeBytes() / ALIGNMENT_BYTES + 1) * ALIGNMENT_BYTES;
  }

  List<Invariant> run(Progress progress) throws InterruptedException {
    ArenaControl.configure(arenas);
    // Who is asked to stop leaves, and the others would wait.
    progress.stop().onRequest(together::forceTermination);
    List<WorkTally> tallies = Stream.generate(WorkTally::new).limit(settings.threads()).toList();
    ArenaStats before = ArenaControl.stats();
    TeamResult team =
        WorkerTeam.run(
            settings, (worker, random) -> turn -> ask(random, tallies.get(worker)), progress);
    ArenaStats counted = ArenaControl.stats().since(before);
    WorkTally done = WorkTally.sum(tallies);
    return List.of(
        named(WorkInvariants.everyByteIsItsOwn(done)),
        named(WorkInvariants.totalsAreExact(done, counted)),
        exceptionsHaveTheNumbers(done),
        boundHolds(),
        someIsServedAndSomeNot(done, team));
  }

  private Invariant named(Invariant invariant) {
    return new Invariant(
        "beyond %s %s".formatted(bound, invariant.name()), invariant.held(), invariant.detail());
  }

  private void ask(RandomGenerator random, WorkTally tally) throws Exception {
    try {
      askAndHold(random, tally);
    } catch (Throwable t) {
      // The others go on without this thread.
      together.arriveAndDeregister();
      throw t;
    }
    // Nobody asks again before all have let go.
    together.arriveAndAwaitAdvance();
  }

  private void askAndHold(RandomGenerator random, WorkTally tally) throws Exception {
    try (ArenaScope scope = ArenaControl.openScope()) {
      tally.scopes++;
      List<PatternedSegment> segments = new ArrayList<>();
      for (int i = 0; i < PIECES; i++) {
        askForPiece(scope, random, tally, segments);
      }
      together.arriveAndAwaitAdvance();
      if (!segments.isEmpty()) {
        interlude.run(random, segments.getLast().segment());
        tally.resets++;
      }
      segments.forEach(segment -> segment.check(tally));
    }
  }

  private void askForPiece(
      ArenaScope scope, RandomGenerator random, WorkTally tally, List<PatternedSegment> segments) {
    long size = pieceBytes(settings);
    long available = scope.availableBytes();
    try {
      segments.add(
          PatternedSegment.fill(
              scope.uninitialized().allocate(interlude.asked(size), ALIGNMENT_BYTES),
              random.nextLong()));
      tally.servedOverflows++;
      tally.servedOverflowBytes += size;
    } catch (ArenaOverflowException e) {
      tally.refusedOverflows++;
      if (e.requestedBytes() != size
          || e.availableBytes() != available
          || e.capacityBytes() < available
          || !String.valueOf(e.getMessage()).contains(property)) {
        firstFault.compareAndSet(null, String.valueOf(e.getMessage()));
      }
    }
  }

  private void lookAtGauges() {
    ArenaStats now = ArenaControl.stats();
    long total = now.reservedBytes() + now.quarantinedBytes() + now.heldFallbackBytes();
    heldMax.accumulateAndGet(now.heldFallbackBytes(), Math::max);
    totalMax.accumulateAndGet(total, Math::max);
  }

  private Invariant exceptionsHaveTheNumbers(WorkTally done) {
    String fault = firstFault.get();
    return new Invariant(
        "beyond %s every exception has the numbers and names the setting".formatted(bound),
        fault == null,
        fault == null
            ? String.format(Locale.ROOT, "%,d exceptions", done.refusedOverflows)
            : fault);
  }

  private Invariant boundHolds() {
    return new Invariant(
        "%s is never exceeded".formatted(bound),
        heldMax.get() <= arenas.maxFallbackBytes() && totalMax.get() <= arenas.maxTotalBytes(),
        String.format(
            Locale.ROOT,
            "at most %,d bytes of fallback, %,d with the arenas; allowed are %,d",
            heldMax.get(),
            totalMax.get(),
            Math.min(arenas.maxFallbackBytes(), arenas.maxTotalBytes())));
  }

  private Invariant someIsServedAndSomeNot(WorkTally done, TeamResult team) {
    return new Invariant(
        "up to %s requests are served, beyond it refused".formatted(bound),
        team.failures().isEmpty() && done.servedOverflows > 0 && done.refusedOverflows > 0,
        String.format(
            Locale.ROOT,
            "%,d served, %,d refused%s",
            done.servedOverflows,
            done.refusedOverflows,
            team.failures().isEmpty() ? "" : "; " + team.failures().getFirst()));
  }
}
