package dev.engram.arena.stress.scenario;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What calls on one input must come to: as close to double precision as the kernel promises, and
 * all of them to the same bits. Any thread.
 */
final class ExpectedResult {
  private final double[] exact;
  private final double[] bounds;
  private final AtomicReference<float @Nullable []> first = new AtomicReference<>();

  /**
   * Takes the arrays over.
   *
   * @param exact the result in double precision
   * @param bounds how far each element may be from it
   */
  ExpectedResult(double[] exact, double[] bounds) {
    this.exact = exact;
    this.bounds = bounds;
  }

  /** Looks at every element of a result, which must not change any more. */
  void check(String form, float[] result, ResultTally tally) {
    if (result.length != exact.length) {
      tally.wrong("%s: %d elements instead of %d".formatted(form, result.length, exact.length));
      return;
    }
    first.compareAndSet(null, result);
    float[] before = first.get();
    for (int i = 0; i < result.length; i++) {
      if (!isRight(result[i], i)) {
        tally.wrong("%s: element %d is %s instead of %s".formatted(form, i, result[i], exact[i]));
      }
      if (before != null
          && Float.floatToRawIntBits(result[i]) != Float.floatToRawIntBits(before[i])) {
        tally.different(
            "%s: element %d is %s, and was %s".formatted(form, i, result[i], before[i]));
      }
    }
    tally.checked(result.length);
  }

  /** A result that is not a number compares as false. */
  private boolean isRight(float value, int i) {
    return Double.isNaN(exact[i]) ? Float.isNaN(value) : Math.abs(value - exact[i]) <= bounds[i];
  }
}
