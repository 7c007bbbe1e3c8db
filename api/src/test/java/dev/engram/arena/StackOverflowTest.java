package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Opens, allocates or closes with ever more stack left, from almost none until it succeeds. Each
 * attempt but the last overflows, and further along than the one before. The controls are {@link
 * #aScopeThatIsLeftOpenHalfWayIsSeen} and those after it.
 */
@ExtendWith(DefaultConfiguration.class)
class StackOverflowTest {
  private static final int CAPACITY = 1 << 20;
  private static final int SMALLEST = 64 << 10;
  private static final int LIVE_BYTES = 1000;

  /** Frames of so many sizes, which no two rounds in a row have the same of. */
  private static final int PADDINGS = 16;

  private static final byte LIVE = 0x11;
  private static final byte SCRATCH = 0x22;

  enum Step {
    OPEN,
    ALLOCATE,
    CLOSE
  }

  /** What takes other ways through the code. */
  enum Settings {
    DEFAULT,
    /** Each allocation is one beyond the arena. */
    OVERFLOWING,
    ZERO_ON_RESET,
    ALL_WATCHED;

    ArenaConfig config(long poolSizeBytes) {
      ArenaConfig.Builder builder =
          DefaultConfiguration.DEFAULT.toBuilder().poolSizeBytes(poolSizeBytes);
      return switch (this) {
        case DEFAULT -> builder.build();
        case OVERFLOWING -> builder.overflow(OverflowStrategy.FALLBACK).build();
        case ZERO_ON_RESET -> builder.zeroOnReset(true).build();
        case ALL_WATCHED -> builder.abandonedScopes(AbandonedScopes.ALL).build();
      };
    }

    long allocationBytes() {
      return this == OVERFLOWING ? 2 * CAPACITY + 100 : 100;
    }
  }

  /** What another thread asks while a scope is open, so that it waits for the owner. */
  enum Request {
    NONE,
    CONFIGURE,
    TRIM,
    RESET_ARENAS,
    RESET_METRICS
  }

  enum Kind {
    /** With a small stack, to reach its end soon. */
    PLATFORM(40),
    /** On that of its carrier, which is larger. */
    VIRTUAL(PADDINGS);

    private final int rounds;

    Kind(int rounds) {
      this.rounds = rounds;
    }

    Thread thread(Runnable task) {
      return this == VIRTUAL
          ? Thread.ofVirtual().unstarted(task)
          : new Thread(null, task, "small stack", 256 << 10);
    }
  }

  /** One way to overflow. */
  record Case(Kind kind, Settings settings, Request request, Step step, boolean nested) {
    private static Stream<Case> of(Kind kind, Settings settings, Request request) {
      return Stream.of(Step.values())
          .flatMap(step ->
              Stream.of(true, false)
                  .map(nested -> new Case(kind, settings, request, step, nested)));
    }
  }

  static Stream<Case> cases() {
    return Stream.of(Kind.values())
        .flatMap(kind ->
            Stream.of(Settings.values())
                .flatMap(settings -> Case.of(kind, settings, Request.NONE)));
  }

  static Stream<Case> casesWithRequests() {
    return Stream.of(Kind.values())
        .flatMap(kind ->
            Stream.of(Request.values())
                .filter(request -> request != Request.NONE)
                .flatMap(request -> Case.of(kind, Settings.DEFAULT, request)));
  }

  /** Keys that are hard to tell apart, for which the JDK's map needs all of its classes. */
  private record Colliding(int number) implements Comparable<Colliding> {
    @Override
    public int hashCode() {
      return 0;
    }

    @Override
    public int compareTo(Colliding other) {
      return Integer.compare(number, other.number);
    }
  }

  private static final ConcurrentMap<Colliding, Integer> COLLIDING = new ConcurrentHashMap<>();

  /** An overflow inside the initialiser of a class would poison it, also of one of the JDK's. */
  @BeforeAll
  static void initialiseClasses() {
    for (int i = 0; i < 100; i++) {
      COLLIDING.computeIfAbsent(new Colliding(i), Colliding::number);
    }
  }

  private Case current = new Case(Kind.PLATFORM, Settings.DEFAULT, Request.NONE, Step.OPEN, false);
  private Runnable breaking = () -> {};
  private long poolSizeBytes = CAPACITY;
  private @Nullable ArenaScope scope;
  private boolean done;
  private int overflows;

  @ParameterizedTest
  @MethodSource("cases")
  void overflowLeavesLiveDataAloneAndTheNextScopeSound(Case which) throws InterruptedException {
    assertThat(failureOf(which)).isNull();
    assertThat(overflows).isGreaterThan(which.kind.rounds);
  }

  @ParameterizedTest
  @MethodSource("casesWithRequests")
  void requestsThatWaitMeanwhileAreObeyedByTheNextScope(Case which) throws InterruptedException {
    assertThat(failureOf(which)).isNull();
    assertThat(overflows).isGreaterThan(which.kind.rounds);
  }

  /** Where the overflow comes after the native pool has given a lease, and before Java has it. */
  @Test
  void noLeaseIsLost() throws InterruptedException {
    long before = bytesOfLostLeases();
    Case opening = new Case(Kind.VIRTUAL, Settings.DEFAULT, Request.CONFIGURE, Step.OPEN, false);
    assertThat(failureOf(opening)).isNull();
    assertThat(bytesOfLostLeases()).isEqualTo(before);
  }

  /** As when the stack ends after the call that begins the epoch, or after that is noticed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCloseThatEndsAfterANewEpochBeganIsFinishedByTheNextScope(boolean noticed)
      throws InterruptedException {
    ArenaScope closing = ArenaControl.openScope();
    closing.uninitialized().allocate(100, 8).fill(SCRATCH);
    Thread.ofPlatform().start(ArenaControl::resetMetrics).join();
    NativeArena arena = Objects.requireNonNull(ThreadArenas.ifAny());
    arena.settledOffset = 0;
    arena.unsettledDepth = 0;
    arena.depth = 0;
    arena.serveUnderMark();
    if (noticed) {
      arena.refreshEpoch(arena.header());
    }
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(CAPACITY);
    } finally {
      ArenaControl.resetArenas();
    }
  }

  /** Idle leases take new settings on at once; what stays as it was has been lost, or is in use. */
  private static long bytesOfLostLeases() {
    ArenaControl.configure(Settings.DEFAULT.config(SMALLEST));
    ArenaStats stats = ArenaControl.stats();
    return stats.reservedBytes() - stats.liveArenas() * SMALLEST;
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("MustBeClosedChecker") // Which is what is wrong with it.
  void aScopeThatIsLeftOpenHalfWayIsSeen(Kind kind) throws InterruptedException {
    breaking = () -> ArenaControl.openScope().allocate(8);
    assertThat(failureOf(new Case(kind, Settings.DEFAULT, Request.NONE, Step.OPEN, false)))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @EnumSource
  void anOffsetThatFallsBehindLiveDataIsSeen(Kind kind) throws InterruptedException {
    breaking = () -> ArenaHeader.setOffsetBytes(header(), 0);
    assertThat(failureOf(new Case(kind, Settings.DEFAULT, Request.NONE, Step.OPEN, true)))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @EnumSource
  void aRequestThatIsLostIsSeen(Kind kind) throws InterruptedException {
    breaking = () -> poolSizeBytes++;
    assertThat(failureOf(new Case(kind, Settings.DEFAULT, Request.CONFIGURE, Step.CLOSE, false)))
        .isInstanceOf(AssertionError.class);
  }

  private static long header() {
    return Objects.requireNonNull(ThreadArenas.ifAny()).header();
  }

  private @Nullable Throwable failureOf(Case which) throws InterruptedException {
    current = which;
    ArenaControl.configure(which.settings.config(poolSizeBytes));
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread = which.kind.thread(this::overflowRepeatedly);
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    thread.start();
    thread.join();
    return failure.get();
  }

  private void overflowRepeatedly() {
    // Initialises every class: an overflow inside an initialiser would poison it.
    overflowOnce(0, 0);
    for (int round = 0; round < current.kind.rounds; round++) {
      if (current.nested) {
        try (ArenaScope outer = ArenaControl.openScope()) {
          long capacity = outer.availableBytes();
          assertThat(capacity).isEqualTo(poolSizeBytes);
          MemorySegment live = outer.allocate(LIVE_BYTES).fill(LIVE);
          overflowOnce(round, capacity - LIVE_BYTES);
          assertHolds(live, LIVE);
          assertThat(outer.availableBytes()).isEqualTo(capacity - LIVE_BYTES);
        }
      } else {
        overflowOnce(round, 0);
      }
      assertNothingIsLeft();
    }
  }

  private void assertNothingIsLeft() {
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(poolSizeBytes);
    }
    ArenaControl.resetArenas(); // throws if a mark were still counted as open
    assertThat(ArenaControl.threadStats().map(ThreadArenaStats::usedBytes).orElse(0L)).isZero();
    assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
    assertThat(ArenaControl.stats().totalScopes()).isPositive();
  }

  /**
   * Overflows at ever later places.
   *
   * @param leftByOuter what the scope around has left, or 0 if there is none
   */
  private void overflowOnce(int round, long leftByOuter) {
    prepare();
    done = round == 0; // No overflow in the first round.
    if (done) {
      attempt(current.step);
    } else {
      descend(current.step, round % PADDINGS);
    }
    ArenaScope used = scope;
    if (used != null && used.scope().isAlive()) {
      used.close();
    }
    if (round > 0) {
      breaking.run();
    }
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(leftByOuter == 0 ? poolSizeBytes : leftByOuter);
      if (used != null) {
        // Also where its close failed half-way, and the next one is as deep.
        assertThatIllegalStateException().isThrownBy(() -> used.allocate(2000));
        assertThatIllegalStateException().isThrownBy(used::close);
      }
      if (current.settings == Settings.ZERO_ON_RESET) {
        assertHolds(next.uninitialized().allocate(next.availableBytes()), (byte) 0);
      } else {
        assertHolds(next.allocate(100), (byte) 0);
      }
    }
  }

  /** Opens the scope that the step is about. What is asked waits from here on. */
  private void prepare() {
    ArenaScope prepared = ArenaControl.openScope();
    request();
    if (current.step == Step.CLOSE) {
      prepared.uninitialized().allocate(current.settings.allocationBytes(), 8).fill(SCRATCH);
    }
    if (current.step == Step.OPEN) {
      prepared.close();
      scope = null;
    } else {
      scope = prepared;
    }
  }

  private void request() {
    Runnable request =
        switch (current.request) {
          case NONE -> () -> {};
          case CONFIGURE -> {
            poolSizeBytes = poolSizeBytes == CAPACITY ? 2 * CAPACITY : CAPACITY;
            yield () -> ArenaControl.configure(current.settings.config(poolSizeBytes));
          }
          case TRIM -> ArenaControl::trim;
          case RESET_ARENAS -> ArenaControl::resetArenas;
          case RESET_METRICS -> ArenaControl::resetMetrics;
        };
    try {
      Thread.ofPlatform().start(request).join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Recurses to the end of the stack, and on the way back attempts the step at each level until it
   * succeeds.
   */
  private void descend(Step step, int padding) {
    try {
      if (padding > 0) {
        descendWithParameters(step, padding, 1, 2, 3);
      } else {
        descend(step, 0);
      }
      if (!done) {
        attempt(step);
        done = true;
      }
    } catch (StackOverflowError e) {
      overflows++;
    }
  }

  /** Frames of another size, so that each round's attempts have other amounts of stack left. */
  @SuppressWarnings("UnusedVariable") // The parameters are there for their size.
  private void descendWithParameters(Step step, int padding, long a, long b, long c) {
    descend(step, padding - 1);
  }

  private void attempt(Step step) {
    switch (step) {
      case OPEN -> scope = ArenaControl.openScope();
      case ALLOCATE -> {
        if (scope != null) {
          scope.uninitialized().allocate(current.settings.allocationBytes(), 8).fill(SCRATCH);
        }
      }
      case CLOSE -> {
        if (scope != null && scope.scope().isAlive()) {
          scope.close();
        }
      }
    }
  }

  private static void assertHolds(MemorySegment segment, byte value) {
    byte[] expected = new byte[(int) segment.byteSize()];
    Arrays.fill(expected, value);
    assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
  }
}
