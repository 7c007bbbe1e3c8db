package dev.engram.arena.kernels;

import dev.engram.arena.ffi.CriticalKernels;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Fades memories with age, in place: {@code strength * exp(-age / timeConstant)}.
 *
 * <p>Ages are seconds, 0 to 2<sup>63</sup> - 1. After one time constant 36.8 % of a strength are
 * left, after ten 0.0045 %. A half-life is another thing, after which 50 % are left: {@code
 * timeConstant = halfLife / ln 2}. Engram's own code calls its time constant a half-life; to fade
 * as it does, pass that number as the time constant.
 *
 * <p>The factor is within 2 ulp of the float nearest to the true one, exactly 1 for age 0, and
 * exactly 0 where the true one is below half the smallest float. Strengths may be any floats: not a
 * number stays that, and an infinite one stays infinite until its factor is 0, when it is not a
 * number. On one machine equal input gives equal bits, in whichever form it comes.
 *
 * <p>No arena is used, and nothing is copied. The methods may be called by any thread. What they
 * are given must not change during a call. Without elements they do nothing.
 */
public final class MemoryDecay {
  /** A call on the heap holds up safepoints, for no longer than a copy of as many bytes. */
  private static final int ELEMENTS_OF_CRITICAL_CALL =
      (int) (HeapCopies.PIECE_BYTES_MAX / (Float.BYTES + Long.BYTES)) & -64;

  private static final double LN_2 = Math.log(2);

  private MemoryDecay() {}

  /**
   * Fades strengths by their ages.
   *
   * @param strengths faded in place; untouched if the call throws
   * @param agesSeconds the age of each strength in seconds, 0 or more
   * @param timeConstantSeconds the age at which 1/e of a strength is left, in seconds, above 0; if
   *     infinite, nothing fades
   * @throws IllegalArgumentException if there is not one age for each strength, an age is negative,
   *     or the time constant is not above 0
   */
  public static void apply(float[] strengths, long[] agesSeconds, double timeConstantSeconds) {
    fade(strengths, agesSeconds, requirePositive("timeConstantSeconds", timeConstantSeconds));
  }

  /**
   * Fades native strengths by their native ages, in one call.
   *
   * <p>Segments may be of any lifetime; none can be closed during the call.
   *
   * @param strengths floats, faded in place; untouched if the call throws
   * @param agesSeconds the age of each strength in seconds, 0 or more: longs, as many as there are
   *     strengths
   * @param timeConstantSeconds the age at which 1/e of a strength is left, in seconds, above 0; if
   *     infinite, nothing fades
   * @throws IllegalArgumentException if a segment is on the heap, not aligned to its elements or
   *     not a whole number of them long, if there is not one age for each strength, an age is
   *     negative, the time constant is not above 0, or if {@code strengths} is read-only or
   *     overlaps the ages
   * @throws IllegalStateException if a segment is closed
   * @throws WrongThreadException if a segment is confined to another thread
   */
  public static void apply(
      MemorySegment strengths, MemorySegment agesSeconds, double timeConstantSeconds) {
    fade(strengths, agesSeconds, requirePositive("timeConstantSeconds", timeConstantSeconds));
  }

  /**
   * Fades strengths by their ages, as {@link #apply(float[], long[], double)} does by a time
   * constant.
   *
   * @param strengths faded in place; untouched if the call throws
   * @param agesSeconds the age of each strength in seconds, 0 or more
   * @param halfLifeSeconds the age at which half of a strength is left, in seconds, above 0; if
   *     infinite, nothing fades
   * @throws IllegalArgumentException if there is not one age for each strength, an age is negative,
   *     or the half-life is not above 0
   */
  public static void applyHalfLife(float[] strengths, long[] agesSeconds, double halfLifeSeconds) {
    fade(strengths, agesSeconds, requirePositive("halfLifeSeconds", halfLifeSeconds) / LN_2);
  }

  /**
   * Fades native strengths by their native ages, as {@link #apply(MemorySegment, MemorySegment,
   * double)} does by a time constant.
   *
   * @param strengths floats, faded in place; untouched if the call throws
   * @param agesSeconds the age of each strength in seconds, 0 or more: longs, as many as there are
   *     strengths
   * @param halfLifeSeconds the age at which half of a strength is left, in seconds, above 0; if
   *     infinite, nothing fades
   * @throws IllegalArgumentException as {@link #apply(MemorySegment, MemorySegment, double)} does,
   *     or if the half-life is not above 0
   * @throws IllegalStateException if a segment is closed
   * @throws WrongThreadException if a segment is confined to another thread
   */
  public static void applyHalfLife(
      MemorySegment strengths, MemorySegment agesSeconds, double halfLifeSeconds) {
    fade(strengths, agesSeconds, requirePositive("halfLifeSeconds", halfLifeSeconds) / LN_2);
  }

  private static double requirePositive(String name, double seconds) {
    // Not a number compares as false.
    if (!(seconds > 0)) {
      throw Arguments.refused(name, seconds, "a number above 0");
    }
    return seconds;
  }

  private static void fade(float[] strengths, long[] agesSeconds, double timeConstantSeconds) {
    Objects.requireNonNull(strengths, "strengths");
    Objects.requireNonNull(agesSeconds, "agesSeconds");
    requireSameCount(strengths.length, agesSeconds.length);
    LoadedLibrary.require();
    MemorySegment ages = MemorySegment.ofArray(agesSeconds);
    if (strengths.length > ELEMENTS_OF_CRITICAL_CALL) {
      // A single call refuses all before it writes; of several, the first would have written.
      requireNotNegative(agesSeconds, ages);
    }
    MemorySegment all = MemorySegment.ofArray(strengths);
    int calls = Math.ceilDiv(strengths.length, ELEMENTS_OF_CRITICAL_CALL);
    for (int call = 0; call < calls; call++) {
      int first = call * ELEMENTS_OF_CRITICAL_CALL;
      int count = Math.min(strengths.length - first, ELEMENTS_OF_CRITICAL_CALL);
      requireFaded(
          CriticalKernels.memoryDecay(
              all.asSlice((long) first * Float.BYTES, (long) count * Float.BYTES),
              ages.asSlice((long) first * Long.BYTES, (long) count * Long.BYTES),
              count,
              timeConstantSeconds),
          ages);
      if (calls > 1) {
        Safepoints.letIn();
      }
    }
  }

  private static void fade(
      MemorySegment strengths, MemorySegment agesSeconds, double timeConstantSeconds) {
    long count = Arguments.requireFloats("strengths", strengths);
    requireSameCount(
        count, Arguments.requireNative("agesSeconds", agesSeconds, ValueLayout.JAVA_LONG));
    Arguments.requireWritable("strengths", strengths);
    Arguments.requireApart("agesSeconds", agesSeconds, "strengths", strengths);
    LoadedLibrary.require();
    if (count != 0) {
      requireFaded(
          engram_arena_h.engram_memory_decay(strengths, agesSeconds, count, timeConstantSeconds),
          agesSeconds);
    }
  }

  private static void requireSameCount(long strengths, long ages) {
    if (strengths != ages) {
      throw new IllegalArgumentException(
          "agesSeconds has %d elements; allowed is as many as strengths has, %d"
              .formatted(ages, strengths));
    }
  }

  private static void requireNotNegative(long[] ages, MemorySegment segment) {
    LoopParts.run(
        ages.length,
        ELEMENTS_OF_CRITICAL_CALL,
        (first, end) -> {
          if (combined(ages, first, end) < 0) {
            throw negativeAge(segment);
          }
        });
  }

  /** All bits that are set in any of some ages. */
  private static long combined(long[] ages, int first, int end) {
    long bits = 0;
    int i = first;
    // Several at a time, since each of these waits for the one before.
    for (; i <= end - 8; i += 8) {
      bits |=
          (ages[i] | ages[i + 1] | ages[i + 2] | ages[i + 3])
              | (ages[i + 4] | ages[i + 5] | ages[i + 6] | ages[i + 7]);
    }
    for (; i < end; i++) {
      bits |= ages[i];
    }
    return bits;
  }

  private static void requireFaded(int status, MemorySegment ages) {
    if (status == engram_arena_h.ENGRAM_INVALID_ARGUMENT()) {
      throw negativeAge(ages);
    }
    Status.requireOk(status, "engram_memory_decay");
  }

  /** What to throw since an age was seen to be negative. */
  private static RuntimeException negativeAge(MemorySegment ages) {
    long count = ages.byteSize() / Long.BYTES;
    for (long i = 0; i < count; i++) {
      long age = ages.getAtIndex(ValueLayout.JAVA_LONG, i);
      if (age < 0) {
        return Arguments.refused("agesSeconds[" + i + "]", age, "0 or more");
      }
    }
    return new IllegalStateException("agesSeconds changed during the call");
  }
}
