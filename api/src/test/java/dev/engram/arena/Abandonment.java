package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Leaves scopes open and out of reach, and waits for what becomes of them. */
final class Abandonment {
  static final int CAPACITY = 1 << 20;
  static final int KEPT_BYTES = 1000;
  private static final byte KEPT = 7;

  private Abandonment() {}

  private static AbandonedMemory abandonedMemory() {
    return Objects.requireNonNull(ThreadArenas.ifAny()).abandoned;
  }

  static void configure(AbandonedScopes choice) {
    ArenaControl.configure(
        DefaultConfiguration.DEFAULT.toBuilder().abandonedScopes(choice).build());
  }

  /** A segment that holds a pattern, of a scope that is out of reach when this returns. */
  @SuppressWarnings("MustBeClosedChecker") // That it is not is the point.
  static MemorySegment openAndLeave() {
    ArenaScope scope = ArenaControl.openScope();
    return fill(scope.uninitialized().allocate(KEPT_BYTES), KEPT);
  }

  private static MemorySegment fill(MemorySegment segment, byte value) {
    return segment.fill(value);
  }

  static void assertHolds(@Nullable MemorySegment kept) {
    assertThat(Objects.requireNonNull(kept).toArray(ValueLayout.JAVA_BYTE)).containsOnly(KEPT);
  }

  static void overwriteAllThatIsLeft(long expectedBytes) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.availableBytes()).isEqualTo(expectedBytes);
      scope.allocate(scope.availableBytes()).fill((byte) 0x55);
    }
  }

  /** Opens scopes until the abandoned ones have been found. */
  static void awaitRecovery(ArenaStats before, int count) {
    await()
        .pollInSameThread()
        .until(() -> {
          collectGarbage();
          ArenaControl.openScope().close();
          return ArenaControl.stats().since(before).totalAbandoned() == count;
        });
  }

  /** And leaves no memory for one. What is held is KEPT_BYTES. */
  static void awaitRecoveryWithoutAFreshRegion() {
    ArenaControl.configure(ArenaControl.config().toBuilder().maxTotalBytes(CAPACITY).build());
    await()
        .pollInSameThread()
        .until(() -> {
          collectGarbage();
          try (ArenaScope next = ArenaControl.openScope()) {
            return next.availableBytes() == CAPACITY - KEPT_BYTES
                && abandonedMemory().holdsMemory();
          }
        });
  }

  /** Until what was opened inside the scope is found to be abandoned. */
  static void awaitInnermost(ArenaScope scope) {
    await()
        .pollInSameThread()
        .until(() -> {
          collectGarbage();
          try {
            return scope.availableBytes() >= 0;
          } catch (IllegalStateException e) {
            return false;
          }
        });
  }

  static void awaitNoChunks() {
    await()
        .pollInSameThread()
        .until(() -> {
          collectGarbage();
          ArenaControl.openScope().close();
          return ArenaControl.stats().heldFallbackBytes() == 0;
        });
  }

  static void awaitNothingQuarantined() {
    await()
        .pollInSameThread()
        .until(() -> {
          collectGarbage();
          return ArenaControl.stats().quarantinedBytes() == 0;
        });
  }

  /** And lets the cleaner run. */
  static void collectGarbage() throws InterruptedException {
    System.gc();
    Thread.sleep(Duration.ofMillis(10));
  }

  static void onNewThread(Callable<@Nullable Void> action) throws Exception {
    FutureTask<@Nullable Void> task = new FutureTask<>(action);
    Thread thread = Thread.ofPlatform().name("abandoning thread").start(task);
    thread.join();
    task.get();
  }
}
