package dev.engram.arena.benchmarks.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Fading by the Java Vector API and its own exponential, {@code lanewise(EXP)}.
 *
 * <p>A loop of plain Java, which the compiler vectorises, divides the ages: that takes less time
 * than the API's conversion from long to float.
 */
final class VectorApiExp {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int BLOCK = 512;

  private final float[] exponents = new float[BLOCK];

  VectorApiExp() {}

  void fade(float[] strengths, long[] agesSeconds, double timeConstantSeconds) {
    float factor = (float) (-1 / timeConstantSeconds);
    for (int start = 0; start < strengths.length; start += BLOCK) {
      int length = Math.min(BLOCK, strengths.length - start);
      fadeBlock(strengths, agesSeconds, factor, start, length);
    }
  }

  /** In a method of its own, which is compiled sooner than a long loop. */
  private void fadeBlock(
      float[] strengths, long[] agesSeconds, float factor, int start, int length) {
    for (int i = 0; i < length; i++) {
      exponents[i] = agesSeconds[start + i] * factor;
    }
    int end = SPECIES.loopBound(length);
    for (int i = 0; i < end; i += SPECIES.length()) {
      FloatVector factors =
          FloatVector.fromArray(SPECIES, exponents, i).lanewise(VectorOperators.EXP);
      FloatVector.fromArray(SPECIES, strengths, start + i)
          .mul(factors)
          .intoArray(strengths, start + i);
    }
    for (int i = end; i < length; i++) {
      strengths[start + i] *= (float) Math.exp(exponents[i]);
    }
  }
}
