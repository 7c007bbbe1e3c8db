package dev.engram.arena;

import static dev.engram.arena.Abandonment.CAPACITY;
import static dev.engram.arena.Abandonment.assertHolds;
import static dev.engram.arena.Abandonment.awaitInnermost;
import static dev.engram.arena.Abandonment.awaitNoChunks;
import static dev.engram.arena.Abandonment.onNewThread;
import static dev.engram.arena.Abandonment.openAndLeave;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An open that ends half-way, where the scope around it holds chunks and, but for the control
 * {@link #withoutAnAbandonedScopeChunksStayAnyway}, an abandoned scope holds memory.
 */
@ExtendWith(DefaultConfiguration.class)
class HalfOpenScopeTest {
  private boolean opened;

  @BeforeEach
  void serveOverflowsFromChunks() {
    ArenaControl.configure(
        DefaultConfiguration.DEFAULT.toBuilder()
            .poolSizeBytes(CAPACITY)
            .abandonedScopes(AbandonedScopes.ALL)
            .overflow(OverflowStrategy.FALLBACK)
            .build());
  }

  @Test
  void theScopeAroundKeepsItsChunks() throws Exception {
    onNewThread(() -> {
      assertThatChunksStay(true);
      return null;
    });
  }

  @Test
  void withoutAnAbandonedScopeChunksStayAnyway() throws Exception {
    onNewThread(() -> {
      assertThatChunksStay(false);
      return null;
    });
  }

  private static void assertThatChunksStay(boolean abandoned) {
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = abandoned ? openAndLeave() : null;
      if (abandoned) {
        awaitInnermost(outer);
      }
      long held = bytesHeldAfterOverflowOf(outer);
      NativeArena arena = Objects.requireNonNull(ThreadArenas.ifAny());
      long header = arena.header();
      arena.settledOffset = ArenaHeader.offsetBytes(header);
      arena.unsettledDepth = ArenaHeader.depth(header);
      ArenaHeader.setDepth(header, arena.unsettledDepth + 1);
      ArenaControl.openScope().close();
      assertThat(ArenaControl.stats().heldFallbackBytes()).isEqualTo(held);
      if (kept != null) {
        assertHolds(kept);
      }
    }
  }

  private static long bytesHeldAfterOverflowOf(ArenaScope scope) {
    scope.allocate(2L * CAPACITY).fill((byte) 7);
    long held = ArenaControl.stats().heldFallbackBytes();
    assertThat(held).isGreaterThanOrEqualTo(2L * CAPACITY);
    return held;
  }

  @Test
  void aStackOverflowInOpenTakesNoChunks() throws InterruptedException {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread = new Thread(null, this::overflowAtManySteps, "small stack", 256 << 10);
    thread.setUncaughtExceptionHandler((t, thrown) -> failure.set(thrown));
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
  }

  private void overflowAtManySteps() {
    for (int padding = 0; padding < 16; padding++) {
      overflowAtStep(padding);
      // Else the collector frees in the next turn what the abandoned scope of this one holds.
      awaitNoChunks();
    }
  }

  private void overflowAtStep(int padding) {
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = openAndLeave();
      awaitInnermost(outer);
      long held = bytesHeldAfterOverflowOf(outer);
      opened = false;
      descend(padding);
      assertThat(opened).isTrue();
      ArenaControl.openScope().close();
      assertThat(ArenaControl.stats().heldFallbackBytes()).isEqualTo(held);
      assertHolds(kept);
    }
  }

  /** Opens a scope at the end of the stack and then, frame by frame, further from it. */
  private void descend(int padding) {
    try {
      pad(padding, 1, 2, 3);
      if (!opened) {
        ArenaControl.openScope().close();
        opened = true;
      }
    } catch (StackOverflowError e) {
      // The caller tries again.
    }
  }

  /** Frames of another size, so that the stack ends at another step. */
  @SuppressWarnings("unused") // The numbers are there to take room.
  private void pad(int padding, long a, long b, long c) {
    if (padding > 0) {
      pad(padding - 1, a, b, c);
    } else {
      descend(0);
    }
  }
}
