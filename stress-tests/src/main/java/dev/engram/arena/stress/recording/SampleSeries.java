package dev.engram.arena.stress.recording;

import java.util.ArrayList;
import java.util.List;

/**
 * Samples of a run of any length, in bounded memory: when there are too many, each two become one
 * and the next ones are taken half as often. For one thread at a time.
 */
final class SampleSeries {
  /** Even. More than a chart can show apart. */
  static final int SAMPLES_MAX = 240;

  private final List<Sample> samples = new ArrayList<>();
  private long intervalMillis;

  SampleSeries(long intervalMillis) {
    this.intervalMillis = intervalMillis;
  }

  /** How long to wait until the next sample. */
  long intervalMillis() {
    return intervalMillis;
  }

  void add(Sample sample) {
    // The first is where the run begins, and an interval of no length.
    if (samples.size() > SAMPLES_MAX) {
      halve();
    }
    samples.add(sample);
  }

  private void halve() {
    List<Sample> all = List.copyOf(samples);
    samples.clear();
    samples.add(all.getFirst());
    for (int i = 1; i + 1 < all.size(); i += 2) {
      samples.add(all.get(i).mergedWith(all.get(i + 1)));
    }
    intervalMillis *= 2;
  }

  List<Sample> samples() {
    return List.copyOf(samples);
  }
}
