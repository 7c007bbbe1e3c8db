package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Scopes, some with others inside, with segments that are filled, left alone for a while and then
 * checked byte by byte; now and then one that does not fit. All of it fits the smallest arena but
 * what is meant not to. For one thread at a time.
 */
final class ScopeWork {
  private static final int DEPTH_MAX = 3;
  private static final int SEGMENTS_MAX = 4;
  private static final int OVERFLOW_EVERY = 16;

  /** All sizes are multiples of it, so that no allocation leaves a gap. */
  private static final int ALIGNMENT_BYTES = 64;

  private static final int SEGMENT_UNITS_MAX = 60;

  /** The most that is in use in an arena at a time. */
  static final int BYTES_MAX = DEPTH_MAX * SEGMENTS_MAX * SEGMENT_UNITS_MAX * ALIGNMENT_BYTES;

  private final RandomGenerator random;
  private final WorkTally tally;
  private final Interlude interlude;

  /** Whether something was allocated since the outermost scope was opened. */
  private boolean used;

  ScopeWork(RandomGenerator random, WorkTally tally, Interlude interlude) {
    this.random = random;
    this.tally = tally;
    this.interlude = interlude;
  }

  /**
   * Opens one outermost scope, uses it and closes it.
   *
   * @throws ArenaOverflowException if there is no arena to be had, which is counted
   */
  void run() throws Exception {
    used = false;
    try (ArenaScope scope = open()) {
      use(scope, 1);
    }
    countReset();
  }

  /**
   * Opens an outermost scope, uses it and leaves it open.
   *
   * @throws ArenaOverflowException if there is no arena to be had, which is counted
   */
  void abandon() throws Exception {
    used = false;
    List<PatternedSegment> segments = new ArrayList<>();
    fill(open(), segmentBytes(), segments);
    segments.forEach(segment -> segment.check(tally));
    tally.abandonedScopes++;
    // The end of its owner, or whoever finds it, empties the arena.
    countReset();
  }

  private void countReset() {
    tally.resets += used ? 1 : 0;
  }

  private ArenaScope open() {
    ArenaScope scope;
    try {
      scope = interlude.open();
    } catch (ArenaOverflowException e) {
      tally.refusedArenas++;
      throw e;
    }
    tally.scopes++;
    return scope;
  }

  private void use(ArenaScope scope, int depth) throws Exception {
    List<PatternedSegment> segments = new ArrayList<>();
    int count = 1 + random.nextInt(SEGMENTS_MAX);
    for (int i = 0; i < count; i++) {
      fill(scope, segmentBytes(), segments);
    }
    interlude.run(random, segments.isEmpty() ? MemorySegment.NULL : segments.getLast().segment());
    if (depth < DEPTH_MAX && random.nextBoolean()) {
      try (ArenaScope inner = open()) {
        use(inner, depth + 1);
      }
    }
    if (random.nextInt(OVERFLOW_EVERY) == 0) {
      fill(scope, bytesThatDoNotFit(scope), segments);
    }
    segments.forEach(segment -> segment.check(tally));
  }

  /** Allocates a segment and fills it, or counts the exception if it does not fit. */
  private void fill(ArenaScope scope, long size, List<PatternedSegment> segments) {
    long available = scope.availableBytes();
    boolean fits = size <= available;
    try {
      long asked = fits ? size : interlude.asked(size);
      segments.add(PatternedSegment.fill(allocate(scope, asked), random.nextLong()));
      used = true;
    } catch (ArenaOverflowException e) {
      if (fits) {
        throw e;
      }
      tally.refusedOverflows++;
      requireSizes(e, size, available);
      return;
    }
    if (!fits) {
      tally.servedOverflows++;
      tally.servedOverflowBytes += size;
    }
  }

  private MemorySegment allocate(ArenaScope scope, long size) {
    if (random.nextBoolean()) {
      return scope.uninitialized().allocate(size, ALIGNMENT_BYTES);
    }
    MemorySegment segment = scope.allocate(size, ALIGNMENT_BYTES);
    PatternedSegment.requireZero(segment, tally);
    return segment;
  }

  private void requireSizes(ArenaOverflowException e, long size, long available) {
    if (e.requestedBytes() != size
        || e.availableBytes() != available
        || e.capacityBytes() < available) {
      tally.sizeFault(
          "requested %d, available %d, capacity %d of a request for %d with %d left"
              .formatted(
                  e.requestedBytes(), e.availableBytes(), e.capacityBytes(), size, available));
    }
  }

  private long segmentBytes() {
    return (1L + random.nextInt(SEGMENT_UNITS_MAX)) * ALIGNMENT_BYTES;
  }

  private static long bytesThatDoNotFit(ArenaScope scope) {
    return (scope.availableBytes() / ALIGNMENT_BYTES + 1) * ALIGNMENT_BYTES;
  }
}
