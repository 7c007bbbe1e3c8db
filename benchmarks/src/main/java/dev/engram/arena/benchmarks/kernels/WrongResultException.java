package dev.engram.arena.benchmarks.kernels;

import java.io.Serial;

/** What is to be measured does not compute what it should. */
final class WrongResultException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  WrongResultException(String message) {
    super(message);
  }

  /** Throws unless the numbers are as near as that. */
  static void requireNear(int index, double measured, double expected, double bound) {
    // Negated, so that what is not a number is refused.
    if (!(Math.abs(measured - expected) <= bound)) {
      throw new WrongResultException(
          "element %d is %s; the reference has %s, and %s is allowed between them"
              .formatted(index, measured, expected, bound));
    }
  }
}
