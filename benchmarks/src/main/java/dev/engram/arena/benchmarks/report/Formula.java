package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import dev.engram.arena.benchmarks.measure.Measurements;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;

/** How a number comes from measurements. */
@FunctionalInterface
public interface Formula {
  /**
   * The number.
   *
   * @param measurements what was measured
   * @return empty if something that it takes was not measured
   */
  OptionalDouble of(Measurements measurements);

  /**
   * The time of an operation.
   *
   * @param benchmarkCase of what
   * @param size one of its sizes
   * @return nanoseconds
   */
  static Formula nanos(BenchmarkCase benchmarkCase, int size) {
    return measurements -> measurements.medianNanos(benchmarkCase, size);
  }

  /**
   * A quotient.
   *
   * @param dividend above
   * @param divisor below
   * @return the quotient of the two
   */
  static Formula ratio(Formula dividend, Formula divisor) {
    return both(dividend, divisor, (above, below) -> above / below);
  }

  /**
   * Something of two numbers.
   *
   * @param first the first
   * @param second the second
   * @param operator what of them
   * @return empty if one of them is
   */
  static Formula both(Formula first, Formula second, DoubleBinaryOperator operator) {
    return measurements -> {
      OptionalDouble one = first.of(measurements);
      OptionalDouble other = second.of(measurements);
      return one.isPresent() && other.isPresent()
          ? OptionalDouble.of(operator.applyAsDouble(one.getAsDouble(), other.getAsDouble()))
          : OptionalDouble.empty();
    };
  }
}
