package dev.engram.arena.stress.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.HdrHistogram.Histogram;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void percentilesAreThoseOfTheData() {
    Histogram histogram = new Histogram(Latency.SIGNIFICANT_DIGITS);
    for (int micros = 1; micros <= 1000; micros++) {
      histogram.recordValue(micros * 1000L);
    }
    Latency latency = Latency.of(histogram);
    assertThat(latency.count()).isEqualTo(1000);
    assertThat((double) latency.nanosAt(50)).isCloseTo(500_000, Percentage.withPercentage(1));
    assertThat((double) latency.nanosAt(90)).isCloseTo(900_000, Percentage.withPercentage(1));
    assertThat((double) latency.nanosAt(99.9)).isCloseTo(999_000, Percentage.withPercentage(1));
    assertThat(latency.nanosAt(100)).isEqualTo(latency.maxNanos());
    assertThat((double) latency.maxNanos()).isCloseTo(1_000_000, Percentage.withPercentage(1));
    assertThat((double) latency.minNanos()).isCloseTo(1000, Percentage.withPercentage(1));
    assertThat(latency.meanNanos()).isCloseTo(500_500, Percentage.withPercentage(1));
    assertThatThrownBy(() -> latency.nanosAt(42)).hasMessageContaining("42");
  }

  @Test
  void binsHoldEachOperationOnceWhereItBelongs() {
    Histogram histogram = new Histogram(Latency.SIGNIFICANT_DIGITS);
    histogram.recordValueWithCount(1_500, 7);
    histogram.recordValueWithCount(150_000, 5);
    histogram.recordValueWithCount(0, 2);
    Latency latency = Latency.of(histogram);
    assertThat(latency.bins()).hasSize(3);
    assertThat(latency.bins()).extracting(Latency.Bin::count).containsExactly(2L, 7L, 5L);
    Latency.Bin bin = latency.bins().get(1);
    assertThat(bin.fromNanos()).isLessThanOrEqualTo(1_500);
    assertThat(bin.toNanos()).isGreaterThan(1_500);
    assertThat(bin.toNanos() / bin.fromNanos()).isCloseTo(Math.pow(10, 0.1), within(1e-9));
  }

  @Test
  void noOperationsAreNoLatency() {
    Latency latency = Latency.of(new Histogram(Latency.SIGNIFICANT_DIGITS));
    assertThat(latency.count()).isZero();
    assertThat(latency.minNanos()).isZero();
    assertThat(latency.bins()).isEmpty();
  }
}
