package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.VectorSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
    if (settings.duration() != null) {
      throw new IllegalArgumentException(
          "the threads go through the same turns together; give --iterations, not --duration");
    }
    // Its vectors overflow as those of that scenario do, and must be served.
    new OverflowScenario().check(settings);
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    DataSet data = SharedVectors.prepare(settings, vectors, progress);
    LargeArena large = LargeArena.compute(kernel, settings, data, progress);
    KernelsUnderPressure kernels = new KernelsUnderPressure(kernel, settings, data, large);
    ArenaWatch watch = ArenaWatch.start();
    long began = System.nanoTime();
    List<Invariant> invariants = new ArrayList<>();
    invariants.addAll(kernels.underTheCap(progress));
    invariants.addAll(
        kernels.beyondTheCap(OverflowScenario.fallbackBytesPerThread(settings), progress));
    invariants.addAll(RushForMemory.beyondMaxFallback(settings, interlude).run(progress));
    invariants.addAll(RushForMemory.beyondMaxTotal(settings, interlude).run(progress));
    ArenaStats atWork = ArenaControl.stats();
    invariants.addAll(new IdleThreads(settings, interlude).run(progress));
    Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
    ArenaControl.configure(settings.arenas());
    invariants.add(watch.threadsLeaveNothingBehind());
    ArenaStats after = watch.sinceStart();
    invariants.add(ArenaWatch.nothingIsInUse(after));
    return new ScenarioResult(after.totalResets(), elapsed, after, atWork, List.copyOf(invariants));
  }
}
