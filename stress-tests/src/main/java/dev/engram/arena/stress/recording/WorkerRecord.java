package dev.engram.arena.stress.recording;

import org.HdrHistogram.Histogram;

/** What one worker records, on its thread. */
public final class WorkerRecord {
  private final Histogram nanos = new Histogram(Latency.SIGNIFICANT_DIGITS);

  WorkerRecord() {}

  /**
   * An operation is over.
   *
   * @param beganNanos when it began
   * @param endedNanos when it ended
   */
  public void operation(long beganNanos, long endedNanos) {
    nanos.recordValue(endedNanos - beganNanos);
  }

  /** To be read when the thread has ended. */
  Histogram nanos() {
    return nanos;
  }
}
