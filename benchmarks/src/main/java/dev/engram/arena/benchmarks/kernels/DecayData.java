package dev.engram.arena.benchmarks.kernels;

import java.util.SplittableRandom;

/** Memories, up to thirty time constants old, the same in each JVM. */
final class DecayData {
  static final double TIME_CONSTANT_SECONDS = 86_400;
  private static final long AGE_LIMIT_SECONDS = 30 * 86_400;

  final float[] strengths;
  final long[] agesSeconds;

  DecayData(int count) {
    SplittableRandom random = new SplittableRandom(20_260_102);
    strengths = new float[count];
    agesSeconds = new long[count];
    for (int i = 0; i < count; i++) {
      strengths[i] = (float) random.nextDouble(0.5, 1);
      agesSeconds[i] = random.nextLong(AGE_LIMIT_SECONDS);
    }
  }

  /** Compares each element within so many times the true value. */
  void requireFaded(float[] faded, double bound) {
    for (int i = 0; i < faded.length; i++) {
      double expected = strengths[i] * Math.exp(-agesSeconds[i] / TIME_CONSTANT_SECONDS);
      WrongResultException.requireNear(i, faded[i], expected, bound * expected);
    }
  }
}
