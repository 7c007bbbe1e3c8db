package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused leaves the strengths as they were. */
class MemoryDecayInputTest {
  private final float[] strengths = {1, 2};
  private final long[] ages = {3, 4};
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment nativeStrengths =
      arena.allocateFrom(ValueLayout.JAVA_FLOAT, strengths);
  private final MemorySegment nativeAges = arena.allocateFrom(ValueLayout.JAVA_LONG, ages);

  @AfterEach
  void nothingWasWritten() {
    assertThat(strengths).containsExactly(1, 2);
    assertThat(nativeStrengths.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 2);
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, -1, -Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY})
  void timesThatAreNotAboveZeroAreRefused(double seconds) {
    String allowed = " is " + seconds + "; allowed is a number above 0";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(strengths, ages, seconds))
        .withMessage("timeConstantSeconds" + allowed);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths, nativeAges, seconds))
        .withMessage("timeConstantSeconds" + allowed);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.applyHalfLife(strengths, ages, seconds))
        .withMessage("halfLifeSeconds" + allowed);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.applyHalfLife(nativeStrengths, nativeAges, seconds))
        .withMessage("halfLifeSeconds" + allowed);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17, 100, 50_000})
  void aNegativeAgeIsNamedWhereverItStands(int length) {
    for (int index : new int[] {0, length / 2, length - 1}) {
      for (long age : new long[] {-1, Long.MIN_VALUE}) {
        float[] given = new float[length];
        Arrays.fill(given, 1);
        float[] before = given.clone();
        long[] hostile = new long[length];
        Arrays.fill(hostile, 5);
        hostile[index] = age;
        String message = "agesSeconds[%d] is %d; allowed is 0 or more".formatted(index, age);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> MemoryDecay.apply(given, hostile, 1))
            .withMessage(message);
        assertThat(given).isEqualTo(before);
        MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, given);
        MemorySegment hostileSegment = arena.allocateFrom(ValueLayout.JAVA_LONG, hostile);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> MemoryDecay.apply(segment, hostileSegment, 1))
            .withMessage(message);
        assertThat(segment.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(before);
      }
    }
  }

  @Test
  void asManyAgesAsStrengthsAreAllowed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(strengths, new long[3], 1))
        .withMessage("agesSeconds has 3 elements; allowed is as many as strengths has, 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(strengths, new long[0], 1))
        .withMessage("agesSeconds has 0 elements; allowed is as many as strengths has, 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths, nativeAges.asSlice(8), 1))
        .withMessage("agesSeconds has 1 elements; allowed is as many as strengths has, 2");
  }

  @Test
  void emptySegmentsAreAllowed() {
    MemoryDecay.apply(nativeStrengths.asSlice(0, 0), nativeAges.asSlice(0, 0), 1);
    MemoryDecay.apply(MemorySegment.NULL, MemorySegment.NULL, 1);
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what is tested.
  void nullIsRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> MemoryDecay.apply((float[]) null, ages, 1))
        .withMessage("strengths");
    assertThatNullPointerException()
        .isThrownBy(() -> MemoryDecay.apply(strengths, null, 1))
        .withMessage("agesSeconds");
    assertThatNullPointerException()
        .isThrownBy(() -> MemoryDecay.apply((MemorySegment) null, nativeAges, 1))
        .withMessage("strengths");
    assertThatNullPointerException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths, null, 1))
        .withMessage("agesSeconds");
  }

  @Test
  void segmentsThatCannotBeUsedInPlaceAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(MemorySegment.ofArray(strengths), nativeAges, 1))
        .withMessageContaining("strengths is a heap segment");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths, MemorySegment.ofArray(ages), 1))
        .withMessageContaining("agesSeconds is a heap segment");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths.asReadOnly(), nativeAges, 1))
        .withMessageContaining("strengths is read-only");
    MemorySegment unaligned = arena.allocate(32, 64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(unaligned.asSlice(2, 8), nativeAges, 1))
        .withMessageStartingWith("strengths starts 2 bytes above");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths, unaligned.asSlice(4, 16), 1))
        .withMessageStartingWith("agesSeconds starts 4 bytes above");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths, unaligned.asSlice(0, 15), 1))
        .withMessageContaining("has 15 bytes");
  }

  @Test
  void readOnlyAgesAreAccepted() {
    MemorySegment own = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 1);
    MemoryDecay.apply(own, nativeAges.asReadOnly(), 1);
    assertThat(own.get(ValueLayout.JAVA_FLOAT, 0)).isLessThan(1);
  }

  @Test
  void strengthsThatOverlapTheAgesAreRefused() {
    MemorySegment both = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3);
    for (long start : new long[] {0, 4, 8, 12}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> MemoryDecay.apply(both.asSlice(start, 8), both.asSlice(0, 16), 1))
          .withMessageContaining("strengths overlaps agesSeconds");
    }
    assertThat(both.toArray(ValueLayout.JAVA_LONG)).containsExactly(1, 2, 3);
    MemoryDecay.apply(both.asSlice(16, 8), both.asSlice(0, 16), Double.POSITIVE_INFINITY);
    assertThat(both.toArray(ValueLayout.JAVA_LONG)).containsExactly(1, 2, 3);
  }

  @Test
  void closedSegmentsAndThoseOfAnotherThreadThrow() {
    MemorySegment closed;
    try (Arena shortLived = Arena.ofShared()) {
      closed = shortLived.allocate(16, 8);
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> MemoryDecay.apply(closed.asSlice(0, 8), nativeAges, 1));
    assertThatIllegalStateException()
        .isThrownBy(() -> MemoryDecay.apply(nativeStrengths, closed, 1));
    assertThatThrownBy(() ->
            CompletableFuture.runAsync(() -> MemoryDecay.apply(nativeStrengths, nativeAges, 1))
                .join())
        .hasCauseInstanceOf(WrongThreadException.class);
  }
}
