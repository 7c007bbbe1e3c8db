package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DefaultConfiguration.class)
class ArenaScopeAllocationTest {
  private static final int CAPACITY = 1 << 20;

  @Test
  void addressesAreAlignedUpToTwoMebibytes() {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSize("8m")
            .overflow(OverflowStrategy.ERROR_RETURN)
            .maxFallbackBytes(0)
            .build());
    for (long alignment = 1; alignment <= 2 << 20; alignment *= 2) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(1, 1);
        MemorySegment segment = scope.allocate(3, alignment);
        assertThat(segment.address() % alignment).isZero();
        assertThat(segment.byteSize()).isEqualTo(3);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Long.MIN_VALUE, -8, -1, 0, 3, 6, 24, (2 << 20) + 1, 4 << 20, Long.MAX_VALUE})
  void alignmentThatIsNotAllowedIsRefusedByValue(long alignment) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scope.allocate(8, alignment))
          .withMessageContainingAll("byteAlignment", Long.toString(alignment), "2097152");
      assertThat(scope.availableBytes()).isEqualTo(CAPACITY);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -8, Long.MIN_VALUE})
  void negativeSizeIsRefusedByValue(long size) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scope.allocate(size, 8))
          .withMessageContainingAll("byteSize", Long.toString(size), "0 or more");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scope.uninitialized().allocate(size, 8));
      assertThat(scope.availableBytes()).isEqualTo(CAPACITY);
    }
  }

  @Test
  void segmentsAreDisjointAndInOrder() {
    SplittableRandom random = new SplittableRandom(1);
    try (ArenaScope scope = ArenaControl.openScope()) {
      long end = 0;
      List<MemorySegment> segments = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        MemorySegment segment =
            scope.allocate(random.nextInt(1000), 1L << random.nextInt(8)).fill((byte) i);
        assertThat(segment.address()).isGreaterThanOrEqualTo(end);
        end = segment.address() + segment.byteSize();
        segments.add(segment);
      }
      for (int i = 0; i < segments.size(); i++) {
        assertHolds(segments.get(i), (byte) i);
      }
    }
  }

  @Test
  void allocateClearsWhatEarlierScopesLeft() {
    fillArena((byte) 0x5a);
    try (ArenaScope scope = ArenaControl.openScope()) {
      for (int size : new int[] {1, 7, 8, 63, 64, 65, 4096, 100_000}) {
        assertHolds(scope.allocate(size, 64), (byte) 0);
      }
      assertHolds(scope.allocate(ValueLayout.JAVA_FLOAT, 1000), (byte) 0);
    }
  }

  @Test
  void uninitializedDoesNotClear() {
    fillArena((byte) 0x5a);
    try (ArenaScope scope = ArenaControl.openScope()) {
      SegmentAllocator uninitialized = scope.uninitialized();
      assertHolds(uninitialized.allocate(1000, 64), (byte) 0x5a);
      assertHolds(uninitialized.allocate(ValueLayout.JAVA_LONG, 10), (byte) 0x5a);
      assertThat(scope.availableBytes()).isEqualTo(CAPACITY - 1080);
    }
  }

  @Test
  void allocateFromHoldsWhatItIsGiven() {
    fillArena((byte) 0x5a);
    try (ArenaScope scope = ArenaControl.openScope()) {
      float[] floats = {1, 2, 3};
      assertThat(scope.allocateFrom(ValueLayout.JAVA_FLOAT, floats).toArray(ValueLayout.JAVA_FLOAT))
          .containsExactly(floats);
      assertThat(scope.allocateFrom("naïve").getString(0)).isEqualTo("naïve");
      assertThat(
              scope
                  .allocateFrom("naïve", StandardCharsets.UTF_16LE)
                  .getString(0, StandardCharsets.UTF_16LE))
          .isEqualTo("naïve");
      assertThat(scope.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1).get(ValueLayout.JAVA_BYTE, 0))
          .isEqualTo((byte) 1);
      assertThat(scope.allocateFrom(ValueLayout.JAVA_CHAR, 'c').get(ValueLayout.JAVA_CHAR, 0))
          .isEqualTo('c');
      assertThat(
              scope.allocateFrom(ValueLayout.JAVA_SHORT, (short) 2).get(ValueLayout.JAVA_SHORT, 0))
          .isEqualTo((short) 2);
      assertThat(scope.allocateFrom(ValueLayout.JAVA_INT, 3).get(ValueLayout.JAVA_INT, 0))
          .isEqualTo(3);
      assertThat(scope.allocateFrom(ValueLayout.JAVA_FLOAT, 4f).get(ValueLayout.JAVA_FLOAT, 0))
          .isEqualTo(4f);
      assertThat(scope.allocateFrom(ValueLayout.JAVA_LONG, 5L).get(ValueLayout.JAVA_LONG, 0))
          .isEqualTo(5L);
      assertThat(scope.allocateFrom(ValueLayout.JAVA_DOUBLE, 6d).get(ValueLayout.JAVA_DOUBLE, 0))
          .isEqualTo(6d);
      MemorySegment target = scope.allocate(8);
      assertThat(
              scope.allocateFrom(ValueLayout.ADDRESS, target).get(ValueLayout.ADDRESS, 0).address())
          .isEqualTo(target.address());
    }
  }

  @Test
  void everythingThatIsLeftCanBeAllocated() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(100);
      assertThat(scope.allocate(scope.availableBytes()).byteSize()).isEqualTo(CAPACITY - 100);
      assertThat(scope.availableBytes()).isZero();
      assertThat(scope.allocate(0).byteSize()).isZero();
    }
  }

  private static void fillArena(byte value) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.uninitialized().allocate(scope.availableBytes(), 1).fill(value);
    }
  }

  private static void assertHolds(MemorySegment segment, byte value) {
    byte[] expected = new byte[(int) segment.byteSize()];
    java.util.Arrays.fill(expected, value);
    assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
  }
}
