package dev.engram.arena.stress.vectors;

/**
 * Cosine similarity in double precision, written to be obviously right: what kernels are held
 * against.
 */
final class CosineReference {
  /** Unit roundoff of single precision. */
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  /** What native/include/engram_arena.h promises of engram_vector_similarity for any dimension. */
  private static final double TOLERANCE_MAX = 4e-5;

  private CosineReference() {}

  /**
   * The similarity of two vectors of the same dimension, in [-1, 1]. Not a number if an element is
   * not finite, else 0 if either vector is zero.
   */
  static double score(float[] a, float[] b) {
    double dot = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < a.length; i++) {
      double x = a[i];
      double y = b[i];
      dot += x * y;
      squaresOfA += x * x;
      squaresOfB += y * y;
    }
    if (!Double.isFinite(squaresOfA) || !Double.isFinite(squaresOfB)) {
      return Double.NaN;
    }
    if (squaresOfA == 0 || squaresOfB == 0) {
      return 0;
    }
    return Math.clamp(dot / (Math.sqrt(squaresOfA) * Math.sqrt(squaresOfB)), -1.0, 1.0);
  }

  /**
   * How far a score computed in single precision may lie from {@link #score}: (8 √n + 8) units in
   * the last place of 1, and never more than the kernel promises.
   *
   * <p>Rounding errors of n additions that do not depend on each other add up to less than λ √n
   * units, but for a chance of 2 exp(-λ²/2) (Higham and Mary, "A New Approach to Probabilistic
   * Rounding Error Analysis", 2019): 3e-14 at λ = 8. The other 8 are for the square roots, the
   * products and the quotient.
   */
  static double tolerance(int dimensions) {
    return Math.min((8 * Math.sqrt(dimensions) + 8) * UNIT_ROUNDOFF, TOLERANCE_MAX);
  }
}
