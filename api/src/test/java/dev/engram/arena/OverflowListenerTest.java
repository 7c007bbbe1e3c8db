package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.internal.RateLimitedWarning;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DefaultConfiguration.class)
class OverflowListenerTest {
  private static final int CAPACITY = 64 << 10;

  private final List<ArenaOverflow> seen = new ArrayList<>();

  @Test
  void overflowThatFailsIsToldBeforeItsExceptionIsThrown() {
    configure(OverflowStrategy.ERROR_RETURN);
    try (var registration = ArenaControl.onOverflow(seen::add);
        ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(1000, 1);
      assertThat(registration).isNotNull();
      assertThatThrownBy(() -> scope.allocate(70_000, 1))
          .isInstanceOf(ArenaOverflowException.class);
      assertThat(seen)
          .containsExactly(
              new ArenaOverflow(
                  OverflowStrategy.ERROR_RETURN,
                  false,
                  false,
                  1,
                  70_000,
                  CAPACITY - 1000,
                  CAPACITY));
    }
  }

  @Test
  void overflowThatIsServedIsToldAfterwards() {
    configure(OverflowStrategy.FALLBACK);
    List<Long> servedBefore = new ArrayList<>();
    ArenaStats before = ArenaControl.stats();
    try (var registration =
            ArenaControl.onOverflow(overflow -> {
              seen.add(overflow);
              servedBefore.add(ArenaControl.stats().since(before).overflowFallbacks());
            });
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      assertThat(scope.allocate(70_000, 1).byteSize()).isEqualTo(70_000);
      assertThat(seen)
          .containsExactly(
              new ArenaOverflow(
                  OverflowStrategy.FALLBACK, true, false, 1, 70_000, CAPACITY, CAPACITY));
      assertThat(servedBefore).containsExactly(1L);
    }
  }

  @Test
  void allocationWhoseListenerClosesItsScopeGivesNoMemory() {
    configure(OverflowStrategy.FALLBACK);
    ArenaScope scope = ArenaControl.openScope();
    try (var registration = ArenaControl.onOverflow(overflow -> scope.close())) {
      assertThat(registration).isNotNull();
      assertThatThrownBy(() -> scope.allocate(70_000, 1)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void overflowBeyondTheBoundIsToldAsNotServed() {
    configure(OverflowStrategy.FALLBACK);
    try (var registration = ArenaControl.onOverflow(seen::add);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      assertThatThrownBy(() -> scope.allocate(65 << 20)).isInstanceOf(ArenaOverflowException.class);
      assertThat(seen)
          .containsExactly(
              new ArenaOverflow(
                  OverflowStrategy.FALLBACK, false, false, 1, 65 << 20, CAPACITY, CAPACITY));
    }
  }

  @Test
  void allocationsThatFitAreNotTold() {
    configure(OverflowStrategy.FALLBACK);
    try (var registration = ArenaControl.onOverflow(seen::add);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      scope.allocate(CAPACITY, 1);
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void everyListenerIsCalledInOrderUntilItsRegistrationIsClosed() {
    configure(OverflowStrategy.FALLBACK);
    List<String> calls = new ArrayList<>();
    OverflowListener twice = overflow -> calls.add("twice");
    OverflowListener.Registration first = ArenaControl.onOverflow(overflow -> calls.add("first"));
    OverflowListener.Registration second = ArenaControl.onOverflow(twice);
    OverflowListener.Registration third = ArenaControl.onOverflow(twice);
    overflow();
    first.close();
    first.close();
    second.close();
    second.close();
    overflow();
    third.close();
    overflow();
    assertThat(calls).containsExactly("first", "twice", "twice", "twice");
  }

  /**
   * Control, seen to fail: told of each overflow, the two call each other until they stop by
   * themselves.
   */
  @Test
  void listenersMayOverflowAndAreNotToldOfThat() {
    configure(OverflowStrategy.FALLBACK);
    AtomicInteger calls = new AtomicInteger();
    OverflowListener overflowing =
        overflow -> {
          if (calls.incrementAndGet() > 100) {
            return;
          }
          try (ArenaScope inner = ArenaControl.openScope()) {
            inner.allocate(80_000, 1).fill((byte) 1);
          }
        };
    ArenaStats before = ArenaControl.stats();
    try (var one = ArenaControl.onOverflow(overflowing);
        var other = ArenaControl.onOverflow(overflowing);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(one).isNotSameAs(other);
      MemorySegment kept = scope.allocateFrom(ValueLayout.JAVA_LONG, 42L);
      MemorySegment served = scope.allocate(70_000, 1);
      assertThat(calls).hasValue(2);
      assertThat(served.mismatch(MemorySegment.ofArray(new byte[70_000]))).isEqualTo(-1);
      assertThat(kept.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      // The next one is told again.
      scope.allocate(70_000, 1);
      assertThat(calls).hasValue(4);
    }
    assertThat(ArenaControl.stats().since(before).overflowFallbacks()).isEqualTo(2 + 4);
    assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
  }

  @Test
  void anExceptionSaysWhatItsOwnAllocationAskedForThoughAListenerOverflowed() {
    configure(OverflowStrategy.ERROR_RETURN);
    OverflowListener overflowing =
        overflow -> {
          try (ArenaScope inner = ArenaControl.openScope()) {
            inner.allocate(99_999, 1);
          }
        };
    try (var registration = ArenaControl.onOverflow(overflowing);
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      assertThatThrownBy(() -> scope.allocate(70_000, 1))
          .isInstanceOfSatisfying(
              ArenaOverflowException.class,
              thrown -> assertThat(thrown.requestedBytes()).isEqualTo(70_000))
          .hasMessageContaining("70000");
      assertThat(scope.availableBytes()).isEqualTo(CAPACITY);
    }
  }

  @Test
  void whatAListenerThrowsIsLoggedAndTheOthersAreTold() {
    RecordingLogger logger = new RecordingLogger();
    OverflowListeners listeners =
        new OverflowListeners(
            new ListenerWarning(new RateLimitedWarning(() -> logger, System::nanoTime)));
    AssertionError thrown = new AssertionError("of the test");
    listeners.add(overflow -> {
      throw thrown;
    });
    listeners.add(seen::add);
    ArenaOverflow overflow =
        new ArenaOverflow(OverflowStrategy.FALLBACK, true, false, 1, 1, 0, CAPACITY);
    for (int i = 0; i < 100; i++) {
      listeners.fire(overflow);
    }
    assertThat(seen).hasSize(100);
    assertThat(logger.warnings).hasSize(1);
    assertThat(logger.thrown).containsExactly(thrown);
  }

  @Test
  void whatAListenerThrowsDoesNotReachTheAllocation() {
    configure(OverflowStrategy.FALLBACK);
    try (var registration =
            ArenaControl.onOverflow(overflow -> {
              throw new IllegalStateException("of the test");
            });
        ArenaScope scope = ArenaControl.openScope()) {
      assertThat(registration).isNotNull();
      assertThat(scope.allocate(70_000, 1).byteSize()).isEqualTo(70_000);
      assertThat(scope.allocate(70_000, 1).byteSize()).isEqualTo(70_000);
    }
  }

  @Test
  void listenersOfSeveralThreadsAreToldOfEachOverflowOnItsThread() throws Exception {
    configure(OverflowStrategy.FALLBACK);
    int overflows = 100;
    Queue<Long> tellingThreads = new ConcurrentLinkedQueue<>();
    List<Long> threads = new ArrayList<>();
    try (var registration =
            ArenaControl.onOverflow(
                overflow -> tellingThreads.add(Thread.currentThread().threadId()));
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(registration).isNotNull();
      List<Future<Long>> tasks = new ArrayList<>();
      for (int i = 0; i < overflows; i++) {
        tasks.add(
            executor.submit(() -> {
              overflow();
              return Thread.currentThread().threadId();
            }));
      }
      for (Future<Long> task : tasks) {
        threads.add(task.get());
      }
    }
    assertThat(tellingThreads).containsExactlyInAnyOrderElementsOf(threads);
  }

  private static void overflow() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(CAPACITY + 1, 1);
    }
  }

  private static void configure(OverflowStrategy strategy) {
    ArenaControl.configure(DefaultConfiguration.with(CAPACITY, strategy, 64 << 20));
  }
}
