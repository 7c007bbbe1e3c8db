package dev.engram.arena.stress.scenario;

import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.VectorSource;
import java.util.Locale;

/** Queries that do not fit their arena: each strategy must do what it says, and lose nothing. */
public final class OverflowScenario implements Scenario {
  /** A query and one candidate at a time are staged. */
  private static final int CHUNKS_PER_THREAD = 2;

  /**
   * What a chunk may take besides the vector: the rest of a page, which some machines have of 64
   * KiB, and, generously, a header and alignment.
   */
  private static final long CHUNK_EXTRA_BYTES = (64 << 10) + 256;

  private final BatchKernel kernel;

  /** The scenario on the library's kernel. */
  public OverflowScenario() {
    this(BatchKernel.COSINE_SIMILARITY);
  }

  OverflowScenario(BatchKernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public String name() {
    return "overflow";
  }

  @Override
  public String description() {
    return "Every query is larger than its arena. With --overflow error each call must throw, be"
        + " counted and leave the arena fit for the next call; with fallback the scores must"
        + " be those of a large arena; with panic one child JVM must end with a message that"
        + " names the sizes.";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(32, 3, 1_000_000, 10, 1L << 20);
  }

  @Override
  public void check(StressSettings settings) {
    long queryBytes = (long) settings.dimensions() * Float.BYTES;
    long poolSize = settings.arenas().poolSizeBytes();
    if (queryBytes <= poolSize) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "nothing would overflow: a query of %,d floats (%,d bytes) fits an arena of %,d"
                  + " bytes; give a larger --dim or a smaller --pool-size",
              settings.dimensions(),
              queryBytes,
              poolSize));
    }
    if (settings.arenas().overflow() == OverflowStrategy.FALLBACK) {
      checkFallback(settings, fallbackBytesPerThread(settings));
    }
  }

  /** The most that a thread's call may hold from the system. */
  static long fallbackBytesPerThread(StressSettings settings) {
    return CHUNKS_PER_THREAD * ((long) settings.dimensions() * Float.BYTES + CHUNK_EXTRA_BYTES);
  }

  private static void checkFallback(StressSettings settings, long bytesPerThread) {
    long maxFallback = settings.arenas().maxFallbackBytes();
    // Divided, since the product could wrap.
    if (maxFallback / bytesPerThread < settings.threads()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "fallback could not serve all threads: %,d of them may need %,d bytes each,"
                  + " engram.arena.max_fallback (ENGRAM_ARENA_MAX_FALLBACK) is %,d bytes; give"
                  + " fewer --threads, a smaller --dim or a larger max_fallback",
              settings.threads(),
              bytesPerThread,
              maxFallback));
    }
  }

  @Override
  public ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException {
    return switch (settings.arenas().overflow()) {
      case ERROR_RETURN -> new OverflowUnderError(kernel).run(settings, vectors, progress);
      case FALLBACK -> new OverflowUnderFallback(kernel).run(settings, vectors, progress);
      case PANIC -> OverflowUnderPanic.run(settings, progress);
    };
  }
}
