package dev.engram.arena.stress.recording;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ThreadArenaStats;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What one worker records. Written by its thread; what it publishes is for any. */
public final class WorkerRecord {
  private static final long LOOK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final String name;
  private final Histogram nanos = new Histogram(Latency.SIGNIFICANT_DIGITS);
  private long lookedNanos = Long.MIN_VALUE;
  private volatile @Nullable RecordedArena arena;

  WorkerRecord(String name) {
    this.name = name;
  }

  /**
   * An operation is over.
   *
   * @param beganNanos when it began
   * @param endedNanos when it ended
   */
  public void operation(long beganNanos, long endedNanos) {
    nanos.recordValue(endedNanos - beganNanos);
    if (lookedNanos == Long.MIN_VALUE || endedNanos - lookedNanos > LOOK_INTERVAL_NANOS) {
      lookedNanos = endedNanos;
      look();
    }
  }

  /** The last operation is over. */
  public void end() {
    look();
  }

  private void look() {
    Optional<ThreadArenaStats> own = ArenaControl.threadStats();
    if (own.isPresent()) {
      ThreadArenaStats stats = own.get();
      arena =
          new RecordedArena(
              name,
              stats.capacityBytes(),
              stats.usedBytes(),
              stats.highWaterMarkBytes(),
              stats.overflowCount(),
              stats.resetCount());
    }
  }

  /** As its thread saw it last, or null if it has none that lasts. */
  @Nullable RecordedArena arena() {
    return arena;
  }

  /** To be read when the thread has ended. */
  Histogram nanos() {
    return nanos;
  }
}
