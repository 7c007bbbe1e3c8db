package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scope left in memory, looked for by the next one and in the pages themselves. */
@ExtendWith(DefaultConfiguration.class)
class ZeroingTest {
  private static final int CAPACITY = 1 << 20;

  /** What fills the arena: an odd number of bytes and some that are aligned, so with gaps. */
  private static final int SEGMENTS = 100;

  private static final long FILLED = 2L * SEGMENTS / 4 * 8192 + SEGMENTS / 2 * 8191 - 1;

  @ParameterizedTest
  @ValueSource(longs = {1, 8, 63, 64, 1000, 4096, 65_536, 1_000_000})
  void allocateShowsNoOldByte(long size) {
    fill();
    try (ArenaScope scope = ArenaControl.openScope()) {
      while (scope.availableBytes() >= size) {
        assertThat(nonZeroBytes(scope.allocate(size, 1))).isZero();
      }
    }
  }

  /** So that the test above could fail: the bytes are there, and this scope shows them. */
  @Test
  void controlUninitializedMemoryShowsOldBytes() {
    fill();
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(nonZeroBytes(scope.uninitialized().allocate(FILLED, 1))).isGreaterThan(FILLED / 2);
    }
  }

  @Test
  void whatAllocateFromDoesNotClearItFillsCompletely() {
    fill();
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment text = scope.allocateFrom("zero");
      assertThat(text.byteSize()).isEqualTo(5);
      assertThat(text.get(ValueLayout.JAVA_BYTE, 4)).isZero();
      assertThat(nonZeroBytes(scope.allocateFrom(ValueLayout.JAVA_LONG, new long[1000]))).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void zeroOnResetLeavesNoOldByteInThePages(boolean virtual) throws Exception {
    zeroOnReset(true);
    on(
        virtual,
        () -> {
          long base = fillAndFindBase();
          assertThat(nonZeroBytes(pages(base))).isZero();
          return base;
        });
  }

  /** So that the test above could fail. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void controlWithoutZeroOnResetOldBytesStayInThePages(boolean virtual) throws Exception {
    zeroOnReset(false);
    on(
        virtual,
        () -> {
          long base = fillAndFindBase();
          assertThat(nonZeroBytes(pages(base))).isGreaterThan(FILLED / 2);
          return base;
        });
  }

  @Test
  void zeroOnResetWipesWhatAnInnerScopeUsedAndKeepsTheRest() {
    zeroOnReset(true);
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = outer.allocate(1000, 1).fill((byte) 5);
      long base = kept.address();
      try (ArenaScope inner = ArenaControl.openScope()) {
        inner.uninitialized().allocate(inner.availableBytes(), 1).fill((byte) 6);
      }
      assertThat(nonZeroBytes(kept)).isEqualTo(1000);
      assertThat(nonZeroBytes(pages(base))).isEqualTo(1000);
    }
  }

  @Test
  void turningZeroOnResetOnWipesWhatWasUsedBefore() {
    zeroOnReset(false);
    long base = fillAndFindBase();
    zeroOnReset(true);
    ArenaControl.openScope().close();
    assertThat(baseOfThisThread()).isEqualTo(base);
    assertThat(nonZeroBytes(pages(base))).isZero();
  }

  private static void zeroOnReset(boolean wipe) {
    ArenaControl.configure(DefaultConfiguration.DEFAULT.toBuilder().zeroOnReset(wipe).build());
  }

  /** Fills most of the arena in nested scopes. Returns how much. */
  private static long fill() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      long before = outer.availableBytes();
      for (int i = 0; i < SEGMENTS / 2; i++) {
        outer.uninitialized().allocate(8191, 64).fill((byte) 1);
      }
      try (ArenaScope inner = ArenaControl.openScope()) {
        for (int i = 0; i < SEGMENTS / 2; i++) {
          inner.uninitialized().allocate(8191, 1).fill((byte) 2);
        }
        return before - inner.availableBytes();
      }
    }
  }

  private static long fillAndFindBase() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(fill()).isEqualTo(FILLED);
      assertThat(scope.availableBytes()).isEqualTo(CAPACITY);
      return baseOfThisThread();
    }
  }

  private static long baseOfThisThread() {
    return ArenaHeader.base(Objects.requireNonNull(ThreadArenas.ifAny()).calls.header().address());
  }

  /** The region as it is, whatever scopes say: it stays mapped while nobody asks for its memory. */
  private static MemorySegment pages(long base) {
    return NativeMemory.ALL.asSlice(base, CAPACITY);
  }

  private static long nonZeroBytes(MemorySegment segment) {
    long count = 0;
    for (byte value : segment.toArray(ValueLayout.JAVA_BYTE)) {
      count += value == 0 ? 0 : 1;
    }
    return count;
  }

  private static <T> void on(boolean virtual, Callable<T> action) throws Exception {
    try (ExecutorService thread =
        virtual
            ? Executors.newVirtualThreadPerTaskExecutor()
            : Executors.newSingleThreadExecutor()) {
      thread.submit(action).get();
    }
  }
}
