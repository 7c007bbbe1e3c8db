package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.VectorSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** Memory runs short, up to each bound and beyond it. */
public final class PressureScenario implements Scenario {
  private final BatchKernel kernel;
  private final Interlude interlude;

  /** The scenario on the library's kernel. */
  public PressureScenario() {
    this(BatchKernel.COSINE_SIMILARITY, Interlude.NONE);
  }

  PressureScenario(BatchKernel kernel, Interlude interlude) {
    this.kernel = kernel;
    this.interlude = interlude;
  }

  @Override
  public String name() {
    return "pressure";
  }

  @Override
  public String description() {
    return "Every query is larger than its arena. First fallback serves all threads, then it is too"
        + " small for them; then all ask for twice what engram.arena.max_fallback allows, and"
        + " twice what engram.arena.max_total does, each set for that; last, many idle threads"
        + " leave their arenas to those that work. Nothing may be lost, miscounted or kept.";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(32, 20, null, 20_000, 8, 64L << 10, OverflowStrategy.FALLBACK);
  }

  @Override
  public void check(StressSettings settings) {
    if (settings.arenas().overflow() != OverflowStrategy.FALLBACK) {
      throw new IllegalArgumentException(
          "the pressure is on fallback; give --overflow fallback, or none");
    }
    // Its vectors overflow as those of that scenario do, and must be served.
    new OverflowScenario().check(settings);
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    DataSet data = SharedVectors.prepare(settings, vectors, progress);
    LargeArena large = LargeArena.compute(kernel, settings, data, progress);
    ArenaWatch watch = ArenaWatch.start();
    Map<String, Invariant> invariants = new LinkedHashMap<>();
    AtomicReference<ArenaStats> atWork = new AtomicReference<>(watch.before());
    long began = System.nanoTime();
    Turns turns = new Turns(settings, progress.stop());
    do {
      StressSettings some = settings.times(turns.next());
      for (Part part : parts(some, data, large, atWork)) {
        List<Invariant> judged = part.run(progress);
        if (progress.stop().isRequested()) {
          // Nor was it what the part is for.
          break;
        }
        judged.forEach(
            now -> invariants.merge(now.name(), now, (one, other) -> one.held() ? other : one));
      }
    } while (turns.goOn());
    Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
    ArenaControl.configure(settings.arenas());
    List<Invariant> all = new ArrayList<>(invariants.values());
    all.add(watch.threadsLeaveNothingBehind());
    ArenaStats after = watch.sinceStart();
    all.add(ArenaWatch.nothingIsInUse(after));
    return new ScenarioResult(
        after.totalResets(),
        elapsed,
        after,
        Objects.requireNonNull(atWork.get()),
        List.copyOf(all));
  }

  private interface Part {
    List<Invariant> run(Progress progress) throws InterruptedException;
  }

  private List<Part> parts(
      StressSettings settings, DataSet data, LargeArena large, AtomicReference<ArenaStats> atWork) {
    KernelsUnderPressure kernels = new KernelsUnderPressure(kernel, settings, data, large);
    long fallbackBytes = OverflowScenario.fallbackBytesPerThread(settings);
    return List.of(
        kernels::underTheCap,
        progress -> kernels.beyondTheCap(fallbackBytes, progress),
        RushForMemory.beyondMaxFallback(settings, interlude)::run,
        RushForMemory.beyondMaxTotal(settings, interlude)::run,
        progress -> {
          atWork.set(ArenaControl.stats());
          return new IdleThreads(settings, interlude).run(progress);
        });
  }
}
