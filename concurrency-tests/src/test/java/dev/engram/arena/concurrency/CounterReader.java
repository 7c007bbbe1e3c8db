package dev.engram.arena.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Samples the totals without pause, and notes each that is lower than the one before. A value that
 * was read in halves, one old and one new, is lower than the one before or the one behind it.
 */
final class CounterReader implements Runnable {
  private static final int SAMPLES_BETWEEN_EPOCHS = 1000;
  private static final int NOTES_MAX = 10;

  private final boolean resetting;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Thread thread = new Thread(this, "reader");
  private final List<String> decreases = new ArrayList<>();
  private long samples;
  private long[] last = {};

  private CounterReader(boolean resetting) {
    this.resetting = resetting;
  }

  /**
   * Begins.
   *
   * @param resetting whether it begins a new epoch from time to time
   */
  static CounterReader start(boolean resetting) {
    CounterReader reader = new CounterReader(resetting);
    reader.thread.start();
    return reader;
  }

  void stop() throws InterruptedException {
    stopping.set(true);
    thread.join();
  }

  long[] last() {
    return last;
  }

  void assertNeverDecreased() {
    assertThat(decreases).isEmpty();
    assertThat(samples).isGreaterThan(SAMPLES_BETWEEN_EPOCHS);
  }

  @Override
  public void run() {
    ArenaStats previous = ArenaControl.stats();
    while (!stopping.get()) {
      ArenaStats next = ArenaControl.stats();
      samples++;
      if (next.epoch() == previous.epoch()) {
        compare(Counts.totals(previous), Counts.totals(next));
      }
      previous = next;
      if (resetting && samples % SAMPLES_BETWEEN_EPOCHS == 0) {
        ArenaControl.resetMetrics();
      }
    }
    last = Counts.totals(previous);
  }

  private void compare(long[] earlier, long[] later) {
    for (int i = 0; i < later.length; i++) {
      if (later[i] < earlier[i] && decreases.size() < NOTES_MAX) {
        decreases.add(Arrays.toString(earlier) + " then " + Arrays.toString(later));
      }
    }
  }
}
