package dev.engram.arena.concurrency.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.ThreadArenaStats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Does the same to the calling thread's arena and to a model of it, and compares. The thread must
 * be a new one, and no other may use an arena meanwhile.
 */
final class ModelRun {
  private static final long[] CAPACITIES = {64 << 10, 68 << 10, 128 << 10, 256 << 10, 1 << 20};
  private static final int DEPTH_MAX = 12;
  private static final int SEGMENTS_MAX = 200;
  private static final long CHUNK_BYTES_MAX = 64L << 20;
  private static final int OPERATIONS_TOLD = 24;
  private static final int OPERATIONS_BETWEEN_COMPARISONS = 16;

  /** What was done, for the report of a failure. */
  private record Operation(String name, long first, long second) {}

  /** A scope and what was allocated in it. */
  private record Level(ArenaScope scope, List<LiveSegment> segments) {}

  private final long seed;
  private final Fault fault;
  private final SplittableRandom random;
  private final EdgeValues values;
  private final ArenaModel model;
  private final NativeMarks nativeMarks = new NativeMarks();
  private final Deque<Operation> operations = new ArrayDeque<>();
  private final Deque<Level> levels = new ArrayDeque<>();

  /** Where the region begins, or 0 if nothing has been allocated in it yet. */
  private long base;

  private @Nullable Level closed;

  ModelRun(long seed, Fault fault) {
    this.seed = seed;
    this.fault = fault;
    random = new SplittableRandom(seed);
    values = new EdgeValues(random);
    model = new ArenaModel(configure(), fault);
    ArenaControl.openScope().close(); // makes the arena, under these settings
    ArenaControl.resetMetrics();
  }

  void run(int count) {
    int done = 0;
    try {
      for (; done < count; done++) {
        step();
        if (done % OPERATIONS_BETWEEN_COMPARISONS == 0) {
          compareCounters();
        }
      }
      while (!levels.isEmpty()) {
        close();
      }
      ArenaControl.resetArenas();
      model.resetArenas();
      compareCounters();
    } catch (RuntimeException | Error e) {
      StringBuilder story = new StringBuilder();
      operations.forEach(operation -> story.append("\n  ").append(operation));
      throw new AssertionError(
          "seed %d failed after %d operations: %s%nThe last ones were:%s"
              .formatted(seed, done, e.getMessage(), story),
          e);
    }
  }

  private void step() {
    int kind = random.nextInt(1000);
    if (kind < 150) {
      open();
    } else if (kind < 310) {
      close();
    } else if (kind < 780) {
      allocate();
    } else if (kind < 820) {
      allocateWhatIsNotAllowed();
    } else if (kind < 920) {
      markNatively();
    } else if (kind < 925) {
      allocateNativelyWithoutMark();
    } else if (kind < 950) {
      closeOutOfOrder();
    } else if (kind < 970) {
      useWhatIsClosed();
    } else if (kind < 975) {
      note("configure", 0, 0);
      model.configure(configure());
    } else if (kind < 980) {
      note("trim", 0, 0);
      ArenaControl.trim();
    } else if (kind < 995) {
      resetArenas();
    } else {
      note("resetMetrics", 0, 0);
      ArenaControl.resetMetrics();
      model.resetMetrics();
    }
    if (fault == Fault.CONTENTS && random.nextInt(100) == 0) {
      spoil();
    }
  }

  private void note(String name, long first, long second) {
    if (operations.size() == OPERATIONS_TOLD) {
      operations.removeFirst();
    }
    operations.addLast(new Operation(name, first, second));
  }

  private ArenaModel.Settings configure() {
    ArenaModel.Settings settings =
        new ArenaModel.Settings(
            CAPACITIES[random.nextInt(CAPACITIES.length)],
            random.nextBoolean() ? OverflowStrategy.FALLBACK : OverflowStrategy.ERROR_RETURN);
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(settings.capacity())
            .overflow(settings.strategy())
            .maxFallbackBytes(ArenaModel.FALLBACK_BYTES)
            .zeroOnReset(random.nextBoolean())
            .preTouch(random.nextInt(4) == 0)
            .build());
    return settings;
  }

  private void open() {
    if (levels.size() == DEPTH_MAX) {
      return;
    }
    note("open", model.depth(), model.offset());
    Level level = new Level(ArenaControl.openScope(), new ArrayList<>());
    levels.push(level);
    model.open();
    assertThat(level.scope.availableBytes()).as("available").isEqualTo(model.available());
  }

  private void close() {
    if (levels.isEmpty()) {
      return;
    }
    note("close", model.depth(), model.offset());
    Level level = levels.pop();
    for (LiveSegment live : level.segments) {
      assertThat(live.isIntact()).as("contents of %s", live).isTrue();
    }
    level.scope.close();
    closed = level;
    model.close();
    if (!levels.isEmpty()) {
      assertThat(levels.element().scope.availableBytes()).isEqualTo(model.available());
    }
  }

  private void allocate() {
    Level level = levels.peek();
    long size = values.size(model);
    long alignment = values.alignment();
    if (level == null || level.segments.size() == SEGMENTS_MAX || !isDecided(size, alignment)) {
      return;
    }
    boolean cleared = random.nextBoolean();
    note(cleared ? "allocate" : "allocate uninitialised", size, alignment);
    long start = model.start(alignment);
    long available = model.availableAt(alignment);
    try {
      MemorySegment segment =
          cleared
              ? level.scope.allocate(size, alignment)
              : level.scope.uninitialized().allocate(size, alignment);
      compareAddress(model.allocate(size, alignment), segment.address(), start);
      assertThat(segment.byteSize()).isEqualTo(size);
      assertThat(segment.address() % alignment).as("alignment").isZero();
      assertThat(!cleared || LiveSegment.holds(segment, (byte) 0)).as("cleared").isTrue();
      level.segments.add(LiveSegment.filled(segment, (byte) random.nextInt()));
    } catch (ArenaOverflowException e) {
      assertThat(model.allocate(size, alignment)).isEqualTo(ArenaModel.Place.NOWHERE);
      assertThat(e.requestedBytes()).isEqualTo(size);
      assertThat(e.availableBytes()).isEqualTo(available);
      assertThat(e.capacityBytes()).isEqualTo(model.capacity());
    }
  }

  /** Whether the model knows what becomes of an allocation. */
  private boolean isDecided(long size, long alignment) {
    return model.place(size, alignment) != ArenaModel.Place.CHUNK
        || (size > 0
            && size <= ArenaModel.SERVED_BYTES_MAX
            && model.chunkBytes() + size <= CHUNK_BYTES_MAX);
  }

  private void compareAddress(ArenaModel.Place place, long address, long start) {
    if (model.takeRenewed()) {
      base = 0;
    }
    switch (place) {
      case REGION -> {
        if (base == 0) {
          base = address - start;
          assertThat(base % 4096).as("start of the region").isZero();
        }
        assertThat(address - base).as("offset").isEqualTo(start);
      }
      case CHUNK ->
          assertThat(address < base || address >= base + model.capacity())
              .as("outside of the region")
              .isTrue();
      case NOWHERE -> throw new AssertionError("was served, and should have been refused");
    }
  }

  private void allocateWhatIsNotAllowed() {
    Level level = levels.peek();
    if (level == null) {
      return;
    }
    boolean badSize = random.nextBoolean();
    long size = badSize ? values.farSize() : values.size(model);
    long alignment = badSize ? values.alignment() : values.badAlignment();
    note("allocate what is not allowed", size, alignment);
    assertThatIllegalArgumentException().isThrownBy(() -> level.scope.allocate(size, alignment));
    assertThat(level.scope.availableBytes()).isEqualTo(model.available());
  }

  private void markNatively() {
    note("native mark", model.depth(), model.offset());
    nativeMarks.mark();
    model.open();
    for (int i = random.nextInt(3); i > 0; i--) {
      allocateNatively(random.nextInt(16) == 0 ? values.farSize() : values.size(model));
    }
    note("native rewind", model.depth(), model.offset());
    nativeMarks.rewind();
    model.close();
  }

  private void allocateNativelyWithoutMark() {
    if (levels.isEmpty()) {
      markNatively(); // new settings may be taken on before a mark, but after one they are for sure
    }
    long size = random.nextInt(1, 256);
    // Only where it fits: what is in use without a mark stays until the arena is reset.
    if (levels.isEmpty() && model.place(size, 64) == ArenaModel.Place.REGION) {
      allocateNatively(size);
    }
  }

  private void allocateNatively(long size) {
    long alignment = values.alignment();
    if (!isDecided(size, alignment)) {
      return;
    }
    note("native allocate", size, alignment);
    long start = model.start(alignment);
    long address = nativeMarks.allocate(size, alignment);
    ArenaModel.Place place = model.allocate(size, alignment);
    if (address == NativeMarks.OVERFLOW) {
      assertThat(place).isEqualTo(ArenaModel.Place.NOWHERE);
    } else {
      compareAddress(place, address, start);
    }
  }

  private void closeOutOfOrder() {
    if (levels.size() > 1) {
      note("close out of order", model.depth(), model.offset());
      assertThatIllegalStateException().isThrownBy(levels.getLast().scope::close);
      assertThat(levels.element().scope.availableBytes()).isEqualTo(model.available());
    }
  }

  private void useWhatIsClosed() {
    Level dead = closed;
    if (dead == null) {
      return;
    }
    note("use what is closed", model.depth(), model.offset());
    assertThatIllegalStateException().isThrownBy(dead.scope::close);
    assertThatIllegalStateException().isThrownBy(() -> dead.scope.allocate(1, 1));
    for (LiveSegment live : dead.segments) {
      if (live.segment().byteSize() > 0) {
        assertThatIllegalStateException()
            .isThrownBy(() -> live.segment().get(ValueLayout.JAVA_BYTE, 0));
        return;
      }
    }
  }

  private void resetArenas() {
    note("resetArenas", model.depth(), model.offset());
    if (levels.isEmpty()) {
      ArenaControl.resetArenas();
      model.resetArenas();
    } else {
      assertThatIllegalStateException().isThrownBy(ArenaControl::resetArenas);
    }
  }

  private void spoil() {
    for (Level level : levels) {
      for (LiveSegment live : level.segments) {
        if (live.segment().byteSize() > 0) {
          live.spoil();
          return;
        }
      }
    }
  }

  private void compareCounters() {
    ArenaStats stats = ArenaControl.stats();
    assertThat(stats.totalScopes()).as("scopes").isEqualTo(model.scopes);
    assertThat(stats.totalResets()).as("resets").isEqualTo(model.resets);
    assertThat(stats.overflowErrors()).as("errors").isEqualTo(model.overflowErrors);
    assertThat(stats.overflowFallbacks()).as("fallbacks").isEqualTo(model.overflowFallbacks);
    assertThat(stats.fallbackBytes()).as("fallback bytes").isEqualTo(model.fallbackBytes);
    assertThat(stats.totalAbandoned()).as("abandoned").isZero();
    assertThat(stats.maxHighWaterMarkBytes()).as("high water").isEqualTo(model.highWater());
    if (model.allocatedBytesUnknown) {
      assertThat(stats.totalAllocatedBytes()).isGreaterThanOrEqualTo(model.allocatedBytes);
    } else {
      assertThat(stats.totalAllocatedBytes()).as("allocated").isEqualTo(model.allocatedBytes);
    }
    if (model.chunkBytes() == 0) {
      assertThat(stats.heldFallbackBytes()).as("held in chunks").isZero();
    }
    ThreadArenaStats own = ArenaControl.threadStats().orElseThrow();
    assertThat(own.usedBytes()).as("used").isEqualTo(model.offset());
    assertThat(own.highWaterMarkBytes())
        .as("own high water")
        .isGreaterThanOrEqualTo(model.offset());
  }
}
