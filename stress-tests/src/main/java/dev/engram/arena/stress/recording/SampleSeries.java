package dev.engram.arena.stress.recording;

import dev.engram.arena.ArenaUsage;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples of a run of any length, in bounded memory: when there are too many, each two become one
 * and the next ones are taken half as often. For one thread at a time.
 */
final class SampleSeries {
  /** Even. More than a chart can show apart. */
  static final int SAMPLES_MAX = 240;

  /** The first is where the run begins, and an interval of no length. */
  private static final int WITH_FIRST_MAX = 1 + SAMPLES_MAX;

  private final List<Sample> samples = new ArrayList<>();
  private final ArenaRecords arenas = new ArenaRecords(WITH_FIRST_MAX);
  private long intervalMillis;

  SampleSeries(long intervalMillis) {
    this.intervalMillis = intervalMillis;
  }

  /** How long to wait until the next sample. */
  long intervalMillis() {
    return intervalMillis;
  }

  /** Adds a sample, and the single arenas at that time. */
  void add(Sample sample, List<ArenaUsage> usages) {
    if (samples.size() == WITH_FIRST_MAX) {
      halve();
    }
    arenas.sample(usages, samples.size());
    samples.add(sample);
  }

  private void halve() {
    List<Sample> all = List.copyOf(samples);
    samples.clear();
    samples.add(all.getFirst());
    for (int i = 1; i + 1 < all.size(); i += 2) {
      samples.add(all.get(i).mergedWith(all.get(i + 1)));
    }
    arenas.halve();
    intervalMillis *= 2;
  }

  List<Sample> samples() {
    return List.copyOf(samples);
  }

  ArenaRecords arenas() {
    return arenas;
  }

  /** With latencies, what was recorded. */
  Recorded recorded(Latency latency) {
    return new Recorded(samples(), latency, arenas.highest(samples.size()), arenas.others());
  }
}
