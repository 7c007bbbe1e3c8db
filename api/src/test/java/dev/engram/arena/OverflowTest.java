package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DefaultConfiguration.class)
class OverflowTest {
  private static final int CAPACITY = 1 << 20;

  @Test
  void overflowUnderErrorReturnThrowsWithTheSizesAndLeavesTheArenaAsItWas() {
    ArenaStats before = ArenaControl.stats();
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment kept = scope.allocateFrom(ValueLayout.JAVA_LONG, 42L);
      ArenaOverflowException overflow =
          catchThrowableOfType(ArenaOverflowException.class, () -> scope.allocate(4_000_000, 64));
      assertThat(overflow.requestedBytes()).isEqualTo(4_000_000);
      assertThat(overflow.availableBytes()).isEqualTo(CAPACITY - 64);
      assertThat(overflow.capacityBytes()).isEqualTo(CAPACITY);
      assertThat(overflow)
          .hasMessageContainingAll(
              "4000000", "1048512", "1048576", "engram.arena.size", "poolSizeBytes", "fallback");
      assertThat(ArenaControl.stats().since(before).overflowErrors()).isEqualTo(1);
      assertThat(scope.availableBytes()).isEqualTo(CAPACITY - 8);
      assertThat(kept.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      assertThat(scope.allocate(CAPACITY - 8).byteSize()).isEqualTo(CAPACITY - 8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        CAPACITY + 1,
        1L << 31,
        1L << 32,
        1L << 47,
        1L << 62,
        Long.MAX_VALUE - 4096,
        Long.MAX_VALUE
      })
  void sizesThatCouldWrapOverflow(long size) {
    for (long alignment : new long[] {1, 64, 2 << 20}) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(1);
        assertThatThrownBy(() -> scope.allocate(size, alignment))
            .isInstanceOf(ArenaOverflowException.class);
        assertThat(scope.availableBytes()).isEqualTo(CAPACITY - 1);
      }
    }
  }

  @Test
  void emptyAllocationBeyondTheEndOverflows() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(scope.availableBytes() - 1);
      assertThat(scope.allocate(0, 1).byteSize()).isZero();
      assertThatThrownBy(() -> scope.allocate(1, 2 << 20))
          .isInstanceOf(ArenaOverflowException.class);
    }
  }

  @Test
  void overflowUnderFallbackIsServedClearedAndGivenBackWithTheScope() {
    configureFallback(1 << 30);
    ArenaStats before = ArenaControl.stats();
    for (int round = 0; round < 3; round++) {
      try (ArenaScope outer = ArenaControl.openScope()) {
        MemorySegment large = outer.allocate(3 << 20, 64);
        assertThat(large.address() % 64).isZero();
        assertThat(large.mismatch(MemorySegment.ofArray(new byte[3 << 20]))).isEqualTo(-1);
        large.fill((byte) 7);
        try (ArenaScope inner = ArenaControl.openScope()) {
          inner.allocate(2 << 20, 4096).fill((byte) 8);
          assertThat(ArenaControl.stats().heldFallbackBytes()).isGreaterThanOrEqualTo(5 << 20);
        }
        assertThat(large.get(ValueLayout.JAVA_BYTE, (3 << 20) - 1)).isEqualTo((byte) 7);
        assertThat(outer.availableBytes()).isEqualTo(CAPACITY);
      }
      assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
    }
    ArenaStats counted = ArenaControl.stats().since(before);
    assertThat(counted.overflowFallbacks()).isEqualTo(6);
    assertThat(counted.fallbackBytes()).isEqualTo(3 * (5 << 20));
    assertThat(counted.overflowErrors()).isZero();
    assertThat(counted.totalResets()).isEqualTo(3);
  }

  @Test
  void segmentServedFromTheSystemDiesWithItsScope() {
    configureFallback(1 << 30);
    MemorySegment large;
    try (ArenaScope scope = ArenaControl.openScope()) {
      large = scope.allocate(3 << 20, 64);
    }
    assertThatThrownBy(() -> large.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void overflowBeyondTheBoundOnFallbackMemoryThrowsAndNamesTheBound() {
    configureFallback(4 << 20);
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(2 << 20);
      ArenaOverflowException overflow =
          catchThrowableOfType(ArenaOverflowException.class, () -> scope.allocate(3 << 20));
      assertThat(overflow)
          .hasMessageContainingAll("3145728", "engram.arena.max_fallback", "maxFallbackBytes");
      assertThat(scope.allocate(1 << 20).byteSize()).isEqualTo(1 << 20);
    }
  }

  private static void configureFallback(long maxFallbackBytes) {
    ArenaControl.configure(
        DefaultConfiguration.with(CAPACITY, OverflowStrategy.FALLBACK, maxFallbackBytes));
  }
}
