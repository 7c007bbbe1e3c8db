package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DefaultConfiguration.class)
class ArenaScopeLifetimeTest {
  @Test
  void byteBufferOfAClosedScopeThrows() {
    ByteBuffer buffer;
    try (ArenaScope scope = ArenaControl.openScope()) {
      buffer = scope.allocate(64).asByteBuffer();
    }
    assertThatIllegalStateException().isThrownBy(() -> buffer.getInt(0));
  }

  @Test
  void everyMethodButScopeThrowsOnAnotherThread() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      SegmentAllocator uninitialized = scope.uninitialized();
      List<ThrowingCallable> uses =
          List.of(
              () -> scope.allocate(1, 1),
              () -> scope.allocateFrom("text"),
              () -> uninitialized.allocate(1, 1),
              scope::availableBytes,
              scope::close);
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(() -> onAnotherThread(use)).isInstanceOf(WrongThreadException.class);
      }
      assertThat(scope.scope().isAlive()).isTrue();
      assertThat(scope.allocate(8).byteSize()).isEqualTo(8);
    }
  }

  @Test
  void everyMethodButScopeThrowsAfterClose() {
    ArenaScope scope = ArenaControl.openScope();
    SegmentAllocator uninitialized = scope.uninitialized();
    scope.close();
    // A successor at the same depth, in the same memory.
    try (ArenaScope successor = ArenaControl.openScope()) {
      List<ThrowingCallable> uses =
          List.of(
              () -> scope.allocate(1, 1),
              () -> scope.allocateFrom("text"),
              () -> uninitialized.allocate(1, 1),
              scope::availableBytes,
              scope::close);
      for (ThrowingCallable use : uses) {
        assertThatThrownBy(use)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("closed");
      }
      assertThat(scope.scope().isAlive()).isFalse();
      assertThat(successor.scope().isAlive()).isTrue();
      assertThat(successor.availableBytes()).isEqualTo(1 << 20);
    }
  }

  @Test
  void outerScopeCannotBeUsedOrClosedWhileAnInnerOneIsOpen() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = outer.allocateFrom(ValueLayout.JAVA_LONG, 42L);
      try (ArenaScope inner = ArenaControl.openScope()) {
        MemorySegment segment = inner.allocateFrom(ValueLayout.JAVA_LONG, 43L);
        List<ThrowingCallable> uses =
            List.of(() -> outer.allocate(1, 1), outer::availableBytes, outer::close);
        for (ThrowingCallable use : uses) {
          assertThatThrownBy(use)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("inside");
        }
        // Nothing was rewound: neither dies, and the next allocation lies behind both.
        MemorySegment next = inner.allocate(8, 8);
        assertThat(next.address()).isEqualTo(segment.address() + 8);
        assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(43);
      }
      assertThat(kept.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      assertThat(outer.allocate(8, 8).address()).isEqualTo(kept.address() + 8);
    }
  }

  @Test
  void innerScopeGivesBackOnlyWhatItAllocated() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      outer.allocate(100);
      for (int depth = 0; depth < 50; depth++) {
        try (ArenaScope inner = ArenaControl.openScope()) {
          inner.allocate(1000);
          assertThat(inner.availableBytes()).isEqualTo((1 << 20) - 1100);
        }
        assertThat(outer.availableBytes()).isEqualTo((1 << 20) - 100);
      }
    }
  }

  @Test
  @SuppressWarnings("restricted") // The only way to bind a clean-up action to an arena.
  void closeByACleanupActionOfTheScopeRewindsOnce() {
    ArenaScope scope = ArenaControl.openScope();
    scope
        .allocate(64)
        .reinterpret(scope, ignored -> assertThatIllegalStateException().isThrownBy(scope::close));
    scope.close();
    assertThatIllegalStateException().isThrownBy(scope::close);
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(1 << 20);
    }
  }

  @Test
  @SuppressWarnings("restricted") // The only way to bind a clean-up action to an arena.
  void failingCleanupActionDoesNotKeepTheMemory() {
    ArenaScope scope = ArenaControl.openScope();
    scope
        .allocate(64)
        .reinterpret(
            scope,
            ignored -> {
              throw new UnsupportedOperationException("cleanup");
            });
    assertThatThrownBy(scope::close).isInstanceOf(UnsupportedOperationException.class);
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(1 << 20);
    }
  }

  @Test
  @SuppressWarnings("restricted") // The only way to bind a clean-up action to an arena.
  void scopeThatACleanupActionLeavesOpenKeepsItsMemory() {
    ArenaScope scope = ArenaControl.openScope();
    ArenaScope[] left = new ArenaScope[1];
    scope.allocate(64).reinterpret(scope, ignored -> left[0] = ArenaControl.openScope());
    assertThatIllegalStateException()
        .isThrownBy(scope::close)
        .withMessageContaining("left another scope open");
    MemorySegment kept = left[0].allocate(100).fill((byte) 7);
    try (ArenaScope next = ArenaControl.openScope()) {
      next.allocate(1000).fill((byte) 1);
    }
    assertThat(kept.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
    left[0].close();
    scope.close();
    assertThatIllegalStateException().isThrownBy(scope::close);
    try (ArenaScope next = ArenaControl.openScope()) {
      assertThat(next.availableBytes()).isEqualTo(1 << 20);
    }
  }

  @Test
  @SuppressWarnings("restricted") // The only way to bind a clean-up action to an arena.
  void errorOfACleanupActionThatClosedItsScopeLeavesTheOuterOneAlone() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = outer.allocate(100).fill((byte) 7);
      ArenaScope scope = ArenaControl.openScope();
      scope
          .allocate(64)
          .reinterpret(
              scope,
              ignored -> {
                assertThatIllegalStateException().isThrownBy(scope::close);
                throw new InternalError("cleanup");
              });
      assertThatThrownBy(scope::close).isInstanceOf(InternalError.class);
      try (ArenaScope next = ArenaControl.openScope()) {
        next.allocate(1000).fill((byte) 1);
      }
      assertThat(kept.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 7);
      assertThatIllegalStateException().isThrownBy(ArenaControl::resetArenas);
      assertThat(outer.allocate(10).byteSize()).isEqualTo(10);
    }
    ArenaControl.resetArenas();
  }

  private static void onAnotherThread(ThrowingCallable action) throws Throwable {
    try {
      CompletableFuture.runAsync(() -> call(action), Thread::startVirtualThread).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static void call(ThrowingCallable action) {
    try {
      action.call();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
