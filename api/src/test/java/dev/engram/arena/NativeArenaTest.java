package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_mark;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Native code that uses the arena of the thread it runs on, beside Java. */
@ExtendWith(DefaultConfiguration.class)
class NativeArenaTest {
  private static final long CAPACITY = 1 << 20;

  private final Arena frame = Arena.ofConfined();
  private MemorySegment header = MemorySegment.NULL;

  @BeforeEach
  void findHeader() {
    ArenaControl.openScope().close();
    header = Objects.requireNonNull(ThreadArenas.ifAny()).calls.header();
  }

  @AfterEach
  void closeFrame() {
    frame.close();
  }

  @Test
  void aScopeStartsAboveWhatNativeCodeAllocatedWithoutAMark() {
    long nativeAddress = allocateNatively(1000);
    for (int i = 0; i < 3; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        assertThat(scope.allocate(8, 8).address()).isEqualTo(nativeAddress + 1000);
      }
    }
    ArenaStats before = ArenaControl.stats();
    ArenaControl.resetArenas();
    assertThat(ArenaControl.stats().since(before).totalResets()).isEqualTo(1);
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.availableBytes()).isEqualTo(CAPACITY);
    }
  }

  @Test
  void aScopeOfACallbackStartsAboveWhatItsNativeCallerHolds() {
    MemorySegment mark = engram_mark.allocate(frame);
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = outer.allocateFrom(ValueLayout.JAVA_LONG, 42L);
      requireOk(engram_arena_h.engram_arena_mark(header, mark, MemorySegment.NULL));
      long nativeAddress = allocateNatively(1000);
      try (ArenaScope inner = ArenaControl.openScope()) {
        assertThat(inner.allocate(8, 8).address()).isEqualTo(nativeAddress + 1000);
      }
      requireOk(engram_arena_h.engram_arena_rewind(header, mark));
      // What the native caller held may stay unused until the scope around it closes.
      assertThat(outer.allocate(8, 8).address()).isGreaterThanOrEqualTo(kept.address() + 8);
      assertThat(kept.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    }
    assertThat(ArenaControl.threadStats().orElseThrow().usedBytes()).isZero();
    ArenaControl.resetArenas(); // throws if a mark were still counted as open
  }

  @Test
  void countsOfJavaAndNativeCodeAddUp() {
    MemorySegment mark = engram_mark.allocate(frame);
    ArenaStats before = ArenaControl.stats();
    for (int i = 0; i < 100; i++) {
      requireOk(engram_arena_h.engram_arena_mark(header, mark, MemorySegment.NULL));
      allocateNatively(64);
      requireOk(engram_arena_h.engram_arena_rewind(header, mark));
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(36);
        requireOk(engram_arena_h.engram_arena_mark(header, mark, MemorySegment.NULL));
        requireOk(engram_arena_h.engram_arena_rewind(header, mark));
      }
    }
    ArenaStats counted = ArenaControl.stats().since(before);
    assertThat(counted.totalScopes()).isEqualTo(300);
    assertThat(counted.totalResets()).isEqualTo(200);
    assertThat(counted.totalAllocatedBytes()).isEqualTo(10_000);
  }

  @Test
  void aRegionThatNativeCodeReplacedIsUsedByTheNextScope() {
    ArenaControl.configure(DefaultConfiguration.with(2 << 20, OverflowStrategy.ERROR_RETURN, 0));
    requireOk(engram_arena_h.engram_arena_serve(header));
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.availableBytes()).isEqualTo(2 << 20);
      scope.allocate(2 << 20).fill((byte) 1);
    }
  }

  @Test
  void aScopeWhoseCloseFailedHalfWayLeavesItsNativeCallerWhatItHolds() {
    ArenaControl.configure(DefaultConfiguration.with(64 << 10, OverflowStrategy.FALLBACK, 1 << 20));
    ArenaControl.openScope().close();
    NativeArena arena = Objects.requireNonNull(ThreadArenas.ifAny());
    MemorySegment mark = engram_mark.allocate(frame);
    requireOk(engram_arena_h.engram_arena_mark(header, mark, MemorySegment.NULL));
    MemorySegment held = NativeMemory.all(frame).asSlice(allocateNatively(100_000), 100_000);
    held.fill((byte) 7);
    ArenaControl.openScope().allocate(10);
    // What a stack overflow in its close leaves: the fields are back, the header is not.
    arena.settledOffset = 0;
    arena.depth = 0;
    arena.unsettledDepth = 1;
    try (ArenaScope next = ArenaControl.openScope()) {
      next.allocate(10).fill((byte) 1);
    }
    assertThat(held.toArray(ValueLayout.JAVA_BYTE)).containsOnly(7);
    assertThat(ArenaHeader.depth(header.address())).isEqualTo(1);
    requireOk(engram_arena_h.engram_arena_rewind(header, mark));
    assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
  }

  private long allocateNatively(long byteSize) {
    MemorySegment address = frame.allocate(ValueLayout.ADDRESS);
    requireOk(
        engram_arena_h.engram_arena_allocate(header, byteSize, 8, address, MemorySegment.NULL));
    return address.get(ValueLayout.ADDRESS, 0).address();
  }

  private static void requireOk(int status) {
    assertThat(status).isEqualTo(engram_arena_h.ENGRAM_OK());
  }
}
