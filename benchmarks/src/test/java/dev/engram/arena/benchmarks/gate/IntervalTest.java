package dev.engram.arena.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
  @Test
  void fewerThanFiveForksTellNothing() {
    assertThat(Interval.of(List.of(2.0, 2.0, 2.0, 2.0)))
        .isEqualTo(new Interval(0, 2, Double.POSITIVE_INFINITY));
  }

  /** How many are left out on either side is in tables of the sign test. */
  @ParameterizedTest
  @CsvSource({"5, 0", "7, 0", "9, 1", "10, 1", "12, 2", "15, 3", "20, 5", "25, 7"})
  void ofMoreForksSomeAreLeftOutOnEitherSide(int forks, int leftOut) {
    List<Double> ratios =
        new ArrayList<>(IntStream.range(0, forks).mapToObj(i -> (double) i).toList());
    Collections.shuffle(ratios, new Random(forks));
    assertThat(Interval.of(ratios))
        .isEqualTo(new Interval(leftOut, (forks - 1) / 2.0, forks - 1 - leftOut));
  }

  /** Of skewed forks too, whose mean is not their median. */
  @Test
  void theMedianIsOutsideAsRarelyAsStated() {
    Random random = new Random(1);
    int below = 0;
    int above = 0;
    int runs = 20_000;
    for (int run = 0; run < runs; run++) {
      Interval interval =
          Interval.of(
              DoubleStream.generate(() -> Math.exp(random.nextGaussian()))
                  .limit(5)
                  .boxed()
                  .toList());
      below += interval.high() < 1 ? 1 : 0;
      above += interval.low() > 1 ? 1 : 0;
    }
    assertThat(below / (double) runs).isBetween(0.028, 0.0345);
    assertThat(above / (double) runs).isBetween(0.028, 0.0345);
  }
}
