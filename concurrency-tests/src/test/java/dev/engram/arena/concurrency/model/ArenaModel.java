package dev.engram.arena.concurrency.model;

import dev.engram.arena.OverflowStrategy;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one thread's arena should do, written down from the documentation and not from the code: a
 * number for where it is, a stack of marks, and counters.
 *
 * <p>The model knows nothing of chunks but that they serve what is up to {@link #SERVED_BYTES_MAX},
 * of which a run never holds too much at once, and refuse what is more than {@link
 * #FALLBACK_BYTES}.
 */
final class ArenaModel {
  /** Most bytes that chunks may hold. */
  static final long FALLBACK_BYTES = 1L << 30;

  static final long SERVED_BYTES_MAX = 4L << 20;

  /** Where an allocation goes. */
  enum Place {
    REGION,
    CHUNK,
    NOWHERE
  }

  /** Settings, which an arena takes on when it is empty. */
  record Settings(long capacity, OverflowStrategy strategy) {}

  private static final class Mark {
    final long offset;
    final long chunkBytes;
    final boolean chunksUsed;

    Mark(ArenaModel model) {
      offset = model.offset;
      chunkBytes = model.chunkBytes;
      chunksUsed = model.chunksUsed;
    }
  }

  private final Fault fault;
  private final Deque<Mark> marks = new ArrayDeque<>();
  private Settings settings;
  private Settings wanted;
  private boolean settingsWait;
  private boolean renewed = true;
  private long offset;
  private long highWater;
  private long chunkBytes;

  /** Something went into a chunk under the marks that are open. */
  private boolean chunksUsed;

  private boolean usedSinceReset;

  long scopes;
  long resets;
  long allocatedBytes;
  long overflowErrors;
  long overflowFallbacks;
  long fallbackBytes;

  /** Bytes of chunks were given back, of which the model does not know how many there were. */
  boolean allocatedBytesUnknown;

  ArenaModel(Settings settings, Fault fault) {
    this.settings = settings;
    this.wanted = settings;
    this.fault = fault;
  }

  int depth() {
    return marks.size();
  }

  long offset() {
    return offset;
  }

  long highWater() {
    return highWater;
  }

  long available() {
    return capacity() - offset;
  }

  long capacity() {
    return fault == Fault.CAPACITY ? settings.capacity + 1 : settings.capacity;
  }

  OverflowStrategy strategy() {
    return settings.strategy;
  }

  /** Bytes asked of chunks by what is live. */
  long chunkBytes() {
    return chunkBytes;
  }

  /** Whether the region may be another one than when this was last asked. */
  boolean takeRenewed() {
    boolean answer = renewed;
    renewed = false;
    return answer;
  }

  void configure(Settings next) {
    wanted = next;
    settingsWait = true;
    if (fault == Fault.SETTINGS) {
      settings = next;
    }
  }

  void open() {
    if (marks.isEmpty() && offset == 0 && settingsWait) {
      settings = wanted;
      settingsWait = false;
      renewed = true;
    }
    marks.push(new Mark(this));
    scopes++;
  }

  void close() {
    Mark mark = marks.pop();
    boolean used = offset != mark.offset || chunksUsed != mark.chunksUsed;
    allocatedBytes += offset - mark.offset;
    allocatedBytesUnknown |= chunksUsed != mark.chunksUsed || chunkBytes != mark.chunkBytes;
    if (fault != Fault.REWIND) {
      offset = mark.offset;
    }
    chunkBytes = mark.chunkBytes;
    chunksUsed = mark.chunksUsed;
    usedSinceReset |= used;
    if (usedSinceReset && (marks.isEmpty() || fault == Fault.RESETS)) {
      resets++;
      usedSinceReset = false;
    }
  }

  /** Where an allocation would begin, from the start of the region. */
  long start(long alignment) {
    long past = offset % alignment;
    boolean aligned = past == 0 && fault != Fault.ALIGNMENT;
    return aligned ? offset : offset - past + alignment;
  }

  /** What is left of the region behind the start. */
  long availableAt(long alignment) {
    return Math.max(0, capacity() - start(alignment));
  }

  /** Where an allocation goes. A size beyond 2^63 is given as a negative number. */
  Place place(long size, long alignment) {
    if (start(alignment) <= capacity() && Long.compareUnsigned(size, availableAt(alignment)) <= 0) {
      return Place.REGION;
    }
    boolean served =
        settings.strategy == OverflowStrategy.FALLBACK
            && Long.compareUnsigned(size, FALLBACK_BYTES) <= 0;
    return served ? Place.CHUNK : Place.NOWHERE;
  }

  /** Allocates, and says where. */
  Place allocate(long size, long alignment) {
    Place place = place(size, alignment);
    switch (place) {
      case REGION -> {
        offset = start(alignment) + size;
        highWater = Math.max(highWater, offset);
      }
      case CHUNK -> {
        overflowFallbacks++;
        fallbackBytes += size;
        chunkBytes += size;
        chunksUsed = true;
      }
      case NOWHERE -> overflowErrors++;
    }
    return place;
  }

  /** Empties an arena without marks. */
  void resetArenas() {
    if (offset != 0) {
      resets++;
      allocatedBytes += offset;
      offset = 0;
    }
  }

  void resetMetrics() {
    scopes = 0;
    resets = 0;
    allocatedBytes = 0;
    overflowErrors = 0;
    overflowFallbacks = 0;
    fallbackBytes = 0;
    allocatedBytesUnknown = false;
    highWater = offset;
  }
}
