package dev.engram.arena.stress.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaState;
import dev.engram.arena.ArenaUsage;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleSeriesTest {
  @Test
  void aShortRunKeepsEverySample() {
    SampleSeries series = new SampleSeries(100);
    for (int i = 0; i <= SampleSeries.SAMPLES_MAX; i++) {
      series.add(sample(i, 0), List.of());
    }
    assertThat(series.samples()).hasSize(SampleSeries.SAMPLES_MAX + 1);
    assertThat(series.intervalMillis()).isEqualTo(100);
  }

  @Test
  void aLongRunIsSampledLessOftenAndLosesNeitherCountsNorPeaks() {
    SampleSeries series = new SampleSeries(100);
    int count = 10 * SampleSeries.SAMPLES_MAX;
    for (int i = 0; i < count; i++) {
      long used = i == 77 ? 999 : 1;
      series.add(
          sample(i, used),
          List.of(new ArenaUsage(0, ArenaState.OWNED, "a", 1000, used, used, 0, 0, 0)));
    }
    List<Sample> samples = series.samples();
    assertThat(samples).hasSizeBetween(SampleSeries.SAMPLES_MAX / 2, SampleSeries.SAMPLES_MAX + 1);
    assertThat(samples.getFirst()).isEqualTo(sample(0, 1));
    assertThat(samples.getLast().operations()).isEqualTo(count - 1);
    assertThat(samples).extracting(Sample::seconds).isSorted().doesNotHaveDuplicates();
    assertThat(samples).extracting(Sample::usedBytes).contains(999L);
    assertThat(series.intervalMillis()).isGreaterThan(100);
    assertThat(series.arenas().highest(samples.size()).getFirst().usedBytes())
        .isEqualTo(samples.stream().map(Sample::usedBytes).toList());
  }

  @Test
  void twoSamplesMergeToTheLaterCountsAndTheLargerGauges() {
    Sample one = new Sample(1, 10, 1, 2, 70, 60, 50, 40, 30, 20, 10);
    Sample other = new Sample(2, 30, 3, 4, 7, 600, 5, 400, 3, 200, 1);
    assertThat(one.mergedWith(other))
        .isEqualTo(new Sample(2, 30, 3, 4, 70, 600, 50, 400, 30, 200, 10));
  }

  private static Sample sample(int count, long usedBytes) {
    return new Sample(count / 10.0, count, 0, 0, usedBytes, 0, 0, 0, 0, 0, 0);
  }
}
