package dev.engram.arena.stress.recording;

import dev.engram.arena.ArenaState;
import dev.engram.arena.ArenaUsage;
import java.util.Arrays;

/** What is seen of the arenas that are in one slot, one after the other. */
final class ArenaRecord {
  private static final String VIRTUAL_THREADS = "virtual threads";
  private static final String SEVERAL_THREADS = "several threads";

  private final long slot;

  /** At each sample; 0 where there was none. */
  private final long[] usedBytes;

  private String owner = "";
  private long capacityBytes;
  private long highWaterMarkBytes;
  private final CountWithRestarts overflows = new CountWithRestarts();
  private final CountWithRestarts resets = new CountWithRestarts();
  private long usedBytesMax;

  /** For how long a sample stands, against those from before anything was halved. */
  private double weight = 1;

  private double weightedBytesSum;
  private double weightSum;

  ArenaRecord(long slot, int samplesMax) {
    this.slot = slot;
    this.usedBytes = new long[samplesMax];
  }

  /** Takes over what is final or only grows, whenever it is looked at. */
  void look(ArenaUsage now) {
    owner = owner(now);
    if (now.capacityBytes() != 0) {
      capacityBytes = now.capacityBytes();
    }
    // The arena's own mark may have been set back since the last look.
    highWaterMarkBytes =
        Math.max(highWaterMarkBytes, Math.max(now.highWaterMarkBytes(), now.usedBytes()));
    overflows.look(now.overflowCount());
    resets.look(now.resetCount());
  }

  private String owner(ArenaUsage now) {
    String seen = now.state() == ArenaState.OWNED ? now.threadName() : VIRTUAL_THREADS;
    if (seen.isEmpty() || seen.equals(owner)) {
      return owner;
    }
    return owner.isEmpty() ? seen : SEVERAL_THREADS;
  }

  /** A look at the time of a sample, of which so many were taken before. */
  void sample(ArenaUsage now, int samplesBefore) {
    look(now);
    usedBytes[samplesBefore] = now.usedBytes();
    usedBytesMax = Math.max(usedBytesMax, now.usedBytes());
    weightedBytesSum += weight * now.usedBytes();
    weightSum += weight;
  }

  /** Each two samples become one, those after the first; the next are half as frequent. */
  void halve() {
    int kept = 1;
    for (int i = 1; i + 1 < usedBytes.length; i += 2) {
      usedBytes[kept++] = Math.max(usedBytes[i], usedBytes[i + 1]);
    }
    Arrays.fill(usedBytes, kept, usedBytes.length, 0);
    weight *= 2;
  }

  /** What was seen, at so many samples. */
  RecordedArena recorded(int samples) {
    return new RecordedArena(
        slot,
        owner,
        capacityBytes,
        weightSum == 0 ? 0 : Math.round(weightedBytesSum / weightSum),
        usedBytesMax,
        highWaterMarkBytes,
        overflows.seen(),
        resets.seen(),
        Arrays.stream(usedBytes, 0, samples).boxed().toList());
  }

  long highWaterMarkBytes() {
    return highWaterMarkBytes;
  }

  /** Of a count that starts again with each owner and each epoch, the sum as far as it was seen. */
  private static final class CountWithRestarts {
    private long before;
    private long last;

    void look(long now) {
      if (now < last) {
        before += last;
      }
      last = now;
    }

    long seen() {
      return before + last;
    }
  }
}
