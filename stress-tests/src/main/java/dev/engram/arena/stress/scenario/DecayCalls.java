package dev.engram.arena.stress.scenario;

import dev.engram.arena.kernels.MemoryDecay;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/** Memory decay of arrays and of segments. */
final class DecayCalls implements KernelCalls {
  /** Not a multiple of a vector's. */
  static final int MEMORIES = 2_003;

  private static final double TIME_CONSTANT_SECONDS = 86_400;

  /** Up to where almost nothing is left. */
  private static final long AGE_MAX_SECONDS = 30 * 86_400;

  /** What the kernel promises, and half of one by which the nearest float is off. */
  private static final double FACTOR_ERROR_ULPS = 2.5;

  private final float[] strengths = new float[MEMORIES];
  private final long[] agesSeconds;
  private final ExpectedResult faded;

  DecayCalls(RandomGenerator random) {
    agesSeconds = random.longs(MEMORIES, 0, AGE_MAX_SECONDS + 1).toArray();
    double[] exact = new double[MEMORIES];
    double[] bounds = new double[MEMORIES];
    for (int i = 0; i < MEMORIES; i++) {
      strengths[i] = random.nextFloat();
      double factor = Math.exp(-agesSeconds[i] / TIME_CONSTANT_SECONDS);
      exact[i] = strengths[i] * factor;
      // One more for the product, which may be rounded into the next power of two.
      bounds[i] =
          strengths[i] * FACTOR_ERROR_ULPS * Math.ulp((float) factor) + Math.ulp((float) exact[i]);
    }
    faded = new ExpectedResult(exact, bounds);
  }

  @Override
  public void run(KernelScope scope) {
    float[] array = strengths.clone();
    MemoryDecay.apply(array, agesSeconds, TIME_CONSTANT_SECONDS);
    scope.check("decay of an array", faded, array);
    MemorySegment segment = scope.copyOf(strengths);
    MemoryDecay.apply(segment, scope.input(agesSeconds), TIME_CONSTANT_SECONDS);
    scope.checkLater("decay of a segment", faded, segment);
  }

  @Override
  public void close() {
    // All of it is on the heap.
  }
}
