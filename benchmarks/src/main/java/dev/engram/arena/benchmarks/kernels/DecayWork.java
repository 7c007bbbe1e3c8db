package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.kernels.MemoryDecay;
import java.lang.foreign.MemorySegment;

/**
 * Work that fades strengths in place.
 *
 * <p>What is faded again and again comes to denormal numbers, which processors are slow at; so what
 * is measured begins with zeros. None of these looks at the strengths but to multiply them.
 */
abstract class DecayWork implements Work {
  /** Two ulp of the factor, and the rounding of the product. */
  private static final double OWN_BOUND = 3 * 0x1p-24 + 0x1p-24;

  /** Forty ulp: peers divide and negate in single precision. */
  private static final double PEERS_BOUND = 40 * 0x1p-23;

  final DecayData data;
  private final double bound;

  DecayWork(DecayData data, double bound) {
    this.data = data;
    this.bound = bound;
  }

  /** Sets the strengths. */
  abstract void fill(float[] strengths);

  /** What the last run left. */
  abstract float[] strengths();

  @Override
  public final void check() {
    fill(data.strengths);
    run();
    data.requireFaded(strengths(), bound);
    fill(new float[data.strengths.length]);
  }

  /** Work on an array. */
  abstract static class OnArray extends DecayWork {
    final float[] strengths;

    OnArray(DecayData data, double bound) {
      super(data, bound);
      strengths = new float[data.strengths.length];
    }

    @Override
    final void fill(float[] source) {
      System.arraycopy(source, 0, strengths, 0, source.length);
    }

    @Override
    final float[] strengths() {
      return strengths;
    }

    /** Fades the array. */
    abstract void fade();

    @Override
    public final Object run() {
      fade();
      return strengths;
    }
  }

  /** This library, on arrays. */
  static final class EngramArrays extends OnArray {
    EngramArrays(DecayData data) {
      super(data, OWN_BOUND);
      Engram.configure(EngramCosine.POOL_SIZE_BYTES);
    }

    @Override
    void fade() {
      MemoryDecay.apply(strengths, data.agesSeconds, DecayData.TIME_CONSTANT_SECONDS);
    }
  }

  /** This library, on segments. */
  static final class EngramNative extends DecayWork {
    private final MemorySegment target;
    private final MemorySegment agesSeconds;

    EngramNative(DecayData data) {
      super(data, OWN_BOUND);
      Engram.configure(EngramCosine.POOL_SIZE_BYTES);
      target = NativeFloats.allocate(data.strengths.length);
      agesSeconds = NativeFloats.copyOf(data.agesSeconds);
    }

    @Override
    void fill(float[] source) {
      target.copyFrom(MemorySegment.ofArray(source));
    }

    @Override
    float[] strengths() {
      return NativeFloats.toArray(target);
    }

    @Override
    public Object run() {
      MemoryDecay.apply(target, agesSeconds, DecayData.TIME_CONSTANT_SECONDS);
      return target;
    }
  }

  /** Plain Java. */
  static final class MathExp extends OnArray {
    MathExp(DecayData data) {
      super(data, PEERS_BOUND);
    }

    @Override
    void fade() {
      long[] ages = data.agesSeconds;
      for (int i = 0; i < strengths.length; i++) {
        strengths[i] *= (float) Math.exp(-ages[i] / DecayData.TIME_CONSTANT_SECONDS);
      }
    }
  }

  /** The Java Vector API. */
  static final class VectorApi extends OnArray {
    private final VectorApiExp exponential = new VectorApiExp();

    VectorApi(DecayData data) {
      super(data, PEERS_BOUND);
    }

    @Override
    void fade() {
      exponential.fade(strengths, data.agesSeconds, DecayData.TIME_CONSTANT_SECONDS);
    }
  }
}
