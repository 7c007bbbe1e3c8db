package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryDecayTest {
  private static final long DAY = 86_400;

  static IntStream lengths() {
    // The last takes several critical calls.
    return IntStream.concat(IntStream.rangeClosed(0, 130), IntStream.of(768, 1536, 4096, 50_001));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void everyFormFadesEachStrengthByTheFactorOfItsAge(int length) {
    long[] ages = ages(length, 30 * DAY, length);
    float[] strengths = strengths(length);
    float[] expected = strengths.clone();
    float[] factors = factors(ages, DAY);
    for (int i = 0; i < length; i++) {
      assertThat(distance(factors[i], exact(ages[i], DAY))).isLessThanOrEqualTo(2);
      expected[i] *= factors[i];
    }
    float[] faded = strengths.clone();
    MemoryDecay.apply(faded, ages, DAY);
    assertThat(Floats.bits(faded)).isEqualTo(Floats.bits(expected));
    for (int shift : new int[] {0, 4, 8, 60}) {
      assertThat(Floats.bits(fadedInPlace(strengths, ages, shift)))
          .isEqualTo(Floats.bits(expected));
    }
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        Double.MIN_VALUE,
        1e-300,
        1e-3,
        0.1,
        1,
        7.3,
        3600,
        86_400,
        2.6e6,
        3.2e8,
        1e12,
        1e17,
        1e19,
        1e300,
        Double.MAX_VALUE
      })
  void factorsAreWithinTwoUlpOverAllAgesAndTimeConstants(double timeConstant) {
    long[] ages = sweep(timeConstant);
    float[] factors = factors(ages, timeConstant);
    int worst = 0;
    for (int i = 0; i < ages.length; i++) {
      worst = Math.max(worst, distance(factors[i], exact(ages[i], timeConstant)));
    }
    assertThat(worst).isLessThanOrEqualTo(2);
  }

  /** Ages of all magnitudes, and, where there are any, those at which factors are subnormal. */
  private static long[] sweep(double timeConstant) {
    SplittableRandom random = new SplittableRandom(8);
    long[] ages = new long[30_000];
    for (int i = 0; i < 10_000; i++) {
      ages[i] = random.nextLong() >>> (1 + random.nextInt(63));
      ages[10_000 + i] = (long) (random.nextDouble(0, 30) * timeConstant);
      ages[20_000 + i] = (long) (random.nextDouble(80, 105) * timeConstant);
    }
    ages[0] = 0;
    ages[1] = Long.MAX_VALUE;
    ages[2] = 1;
    return ages;
  }

  @Test
  void knownAnswersAtZeroOneAndTenTimeConstants() {
    float[] strengths = {8, 1, 1, -2, 1};
    MemoryDecay.apply(strengths, new long[] {0, DAY, 10 * DAY, DAY, 2000 * DAY}, DAY);
    assertThat(strengths)
        .containsExactly(new float[] {8, 0.3678794f, 4.539993e-5f, -0.7357589f, 0}, within(1e-7f));
    assertThat(strengths[0]).isEqualTo(8);
    assertThat(strengths[2]).isCloseTo(4.539993e-5f, within(1e-11f));
    assertThat(strengths[4]).isZero();
  }

  @Test
  void halfIsLeftAfterAHalfLife() {
    float[] strengths = {1, 1, 1, 1};
    MemoryDecay.applyHalfLife(strengths, new long[] {0, 7, 14, 70}, 7);
    assertThat(strengths).containsExactly(new float[] {1, 0.5f, 0.25f, 0x1p-10f}, within(1e-7f));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 1, 1, 1);
      MemoryDecay.applyHalfLife(
          segment, arena.allocateFrom(ValueLayout.JAVA_LONG, 0, 7, 14, 70), 7);
      assertThat(segment.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(strengths);
    }
    // Engram's formula is that of a time constant.
    float[] engram = {1};
    MemoryDecay.apply(engram, new long[] {7}, 7);
    assertThat(engram[0]).isCloseTo(0.3678794f, within(1e-7f));
  }

  @Test
  void anInfiniteTimeConstantFadesNothing() {
    float[] strengths = {1, 0.1f, -3};
    long[] ages = {0, 1, Long.MAX_VALUE};
    MemoryDecay.apply(strengths, ages, Double.POSITIVE_INFINITY);
    MemoryDecay.applyHalfLife(strengths, ages, Double.POSITIVE_INFINITY);
    MemoryDecay.applyHalfLife(strengths, ages, Double.MAX_VALUE);
    assertThat(strengths).containsExactly(1, 0.1f, -3);
  }

  @Test
  void strengthsMayBeAnyFloats() {
    float[] strengths = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0, Float.MAX_VALUE, 9.8e-45f
    };
    long[] ages = new long[7];
    Arrays.fill(ages, 3);
    float[] expected = strengths.clone();
    float factor = factors(new long[] {3}, 2)[0];
    for (int i = 0; i < expected.length; i++) {
      expected[i] *= factor;
    }
    MemoryDecay.apply(strengths, ages, 2);
    assertThat(Floats.bits(strengths)).isEqualTo(Floats.bits(expected));
    float[] infinite = {Float.POSITIVE_INFINITY};
    MemoryDecay.apply(infinite, new long[] {1000}, 1);
    assertThat(infinite[0]).isNaN();
  }

  @Test
  void aFactorDoesNotDependOnWhereItsAgeStands() {
    for (int length = 1; length < 70; length++) {
      float[] strengths = new float[length];
      long[] ages = new long[length];
      Arrays.fill(strengths, 1);
      Arrays.fill(ages, 5 * DAY + length);
      MemoryDecay.apply(strengths, ages, DAY);
      int first = Float.floatToRawIntBits(strengths[0]);
      assertThat(Floats.bits(strengths)).containsOnly(first);
    }
  }

  @Test
  void repetitionsAndOtherThreadsGiveEqualBits() throws Exception {
    long[] ages = ages(30_000, 40 * DAY, 2);
    float[] strengths = strengths(30_000);
    Callable<int[]> call =
        () -> {
          float[] own = strengths.clone();
          MemoryDecay.apply(own, ages, DAY);
          return Floats.bits(own);
        };
    int[] expected = call.call();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<int[]> future : threads.invokeAll(List.of(call, call, call, call, call, call))) {
        assertThat(future.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void noArenaIsUsed() {
    ArenaStats before = ArenaControl.stats();
    MemoryDecay.apply(strengths(30_000), ages(30_000, DAY, 1), DAY);
    assertThat(ArenaControl.stats().since(before).totalScopes()).isZero();
  }

  private static float[] factors(long[] ages, double timeConstant) {
    float[] factors = new float[ages.length];
    Arrays.fill(factors, 1);
    MemoryDecay.apply(factors, ages, timeConstant);
    return factors;
  }

  /**
   * In double precision an exponent of up to 104 is wrong by less than 2^-46, and so the factor
   * relatively: a millionth of a float's ulp.
   */
  private static float exact(long age, double timeConstant) {
    return (float) StrictMath.exp(-(age / timeConstant));
  }

  /** Floats from one to the other. Neither is negative. */
  private static int distance(float a, float b) {
    return Math.abs(Float.floatToRawIntBits(a) - Float.floatToRawIntBits(b));
  }

  private static long[] ages(int length, long max, long seed) {
    return new SplittableRandom(seed).longs(length, 0, max).toArray();
  }

  private static float[] strengths(int length) {
    SplittableRandom random = new SplittableRandom(length);
    float[] strengths = new float[length];
    for (int i = 0; i < length; i++) {
      strengths[i] = (float) random.nextDouble(-2, 2);
    }
    return strengths;
  }

  /**
   * Fades strengths that start {@code shift} bytes behind a boundary of 64, ages 8 bytes behind.
   */
  private static float[] fadedInPlace(float[] strengths, long[] ages, int shift) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = Floats.copyOf(strengths, shift, arena);
      MemorySegment nativeAges =
          arena.allocate(ages.length * 8L + 8, 64).asSlice(8).copyFrom(MemorySegment.ofArray(ages));
      MemoryDecay.apply(segment, nativeAges, DAY);
      return segment.toArray(ValueLayout.JAVA_FLOAT);
    }
  }
}
