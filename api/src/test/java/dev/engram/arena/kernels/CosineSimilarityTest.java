package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CosineSimilarityTest {
  private static final float TOLERANCE = 2e-6f;

  @BeforeEach
  @AfterEach
  void defaultSettings() {
    configure(1 << 20, OverflowStrategy.ERROR_RETURN);
  }

  static IntStream dimensions() {
    return IntStream.concat(IntStream.rangeClosed(1, 130), IntStream.of(768, 1024, 1536, 4099));
  }

  @ParameterizedTest
  @MethodSource("dimensions")
  void everyFormAgreesWithTheDoublePrecisionReference(int dimensions) {
    float[] query = vector(dimensions, 1, 1);
    float[][] candidates = vectors(9, dimensions, 2, 1);
    float[] scores = CosineSimilarity.scores(query, candidates);
    assertThat(scores).containsExactly(reference(query, candidates), within(TOLERANCE));
    assertThat(bits(CosineSimilarity.scores(query, flat(candidates)))).isEqualTo(bits(scores));
    for (int shift : new int[] {0, 4, 8, 60}) {
      assertThat(bits(scoresOfSegments(query, candidates, shift))).isEqualTo(bits(scores));
    }
  }

  @Test
  void repeatedCallsGiveEqualBits() {
    float[] query = vector(768, 1, 1);
    float[][] candidates = vectors(100, 768, 2, 1);
    int[] first = bits(CosineSimilarity.scores(query, candidates));
    for (int i = 0; i < 20; i++) {
      assertThat(bits(CosineSimilarity.scores(query, candidates))).isEqualTo(first);
    }
  }

  @Test
  void tilesOfASmallOrAlmostFullArenaGiveTheSameBits() {
    float[] query = vector(100, 1, 1);
    float[][] candidates = vectors(1000, 100, 2, 1);
    configure(16 << 20, OverflowStrategy.ERROR_RETURN);
    int[] expected = bits(CosineSimilarity.scores(query, candidates));
    configure(64 << 10, OverflowStrategy.ERROR_RETURN);
    assertThat(bits(CosineSimilarity.scores(query, candidates))).isEqualTo(expected);
    assertThat(bits(CosineSimilarity.scores(query, flat(candidates)))).isEqualTo(expected);
    try (ArenaScope scope = ArenaControl.openScope()) {
      // Left: the query and one row, of 448 bytes each, and 64 bytes for scores.
      MemorySegment kept = scope.allocate(scope.availableBytes() - 960);
      kept.fill((byte) 3);
      assertThat(bits(CosineSimilarity.scores(query, candidates))).isEqualTo(expected);
      assertThat(kept.get(ValueLayout.JAVA_BYTE, kept.byteSize() - 1)).isEqualTo((byte) 3);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-22f, 1e-30f, 1e-38f, 1e19f, 1e30f, 1e36f})
  void magnitudesBeyondSinglePrecisionSumsAreScoredRight(float magnitude) {
    float[] query = vector(384, 1, magnitude);
    float[][] candidates = vectors(50, 384, 2, magnitude);
    assertThat(CosineSimilarity.scores(query, candidates))
        .containsExactly(reference(query, candidates), within(TOLERANCE));
    float[] ordinary = vector(384, 3, 1);
    assertThat(CosineSimilarity.scores(ordinary, candidates))
        .containsExactly(reference(ordinary, candidates), within(TOLERANCE));
  }

  @Test
  void scoresAreClamped() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2000; i++) {
      float[] query = vector(1 + random.nextInt(400), i, 1);
      float[] opposite = scaled(query, -(float) random.nextDouble(0.1, 10));
      float[] same = scaled(query, (float) random.nextDouble(0.1, 10));
      float[] scores = CosineSimilarity.scores(query, new float[][] {same, opposite});
      assertThat(scores[0]).isBetween(1 - TOLERANCE, 1f);
      assertThat(scores[1]).isBetween(-1f, -1 + TOLERANCE);
    }
  }

  @Test
  void zeroVectorsScoreZeroAndNonFiniteOnesNotANumber() {
    float[] query = vector(50, 1, 1);
    float[] zero = new float[50];
    float[] nan = vector(50, 2, 1);
    nan[49] = Float.NaN;
    float[] infinite = vector(50, 3, 1);
    infinite[0] = Float.NEGATIVE_INFINITY;
    float[][] candidates = {zero, nan, infinite, query};
    assertThat(CosineSimilarity.scores(query, candidates))
        .containsExactly(new float[] {0, Float.NaN, Float.NaN, 1}, within(TOLERANCE));
    assertThat(CosineSimilarity.scores(zero, candidates))
        .containsExactly(0, Float.NaN, Float.NaN, 0);
    assertThat(CosineSimilarity.scores(nan, candidates))
        .containsExactly(Float.NaN, Float.NaN, Float.NaN, Float.NaN);
  }

  @Test
  void aCallIsOneResetAndInsideAScopeNone() {
    float[] query = vector(768, 1, 1);
    float[][] candidates = vectors(1000, 768, 2, 1);
    ArenaStats before = ArenaControl.stats();
    CosineSimilarity.scores(query, candidates);
    ArenaStats after = ArenaControl.stats();
    assertThat(after.since(before).totalResets()).isEqualTo(1);
    assertThat(after.usedBytes()).isEqualTo(before.usedBytes());
    try (ArenaScope scope = ArenaControl.openScope()) {
      CosineSimilarity.scores(query, candidates);
      assertThat(scope.availableBytes()).isEqualTo(1 << 20);
      assertThat(ArenaControl.stats().since(after).totalResets()).isZero();
    }
  }

  @Test
  void overflowLosesNothingAndTheNextCallIsFine() {
    float[] query = vector(1_000_000, 1, 1);
    float[][] candidates = vectors(10, 1_000_000, 2, 1);
    configure(8 << 20, OverflowStrategy.ERROR_RETURN);
    int[] expected = bits(CosineSimilarity.scores(query, candidates));

    configure(1 << 20, OverflowStrategy.ERROR_RETURN);
    ArenaStats before = ArenaControl.stats();
    assertThatThrownBy(() -> CosineSimilarity.scores(query, candidates))
        .isInstanceOfSatisfying(
            ArenaOverflowException.class, e -> assertThat(e.requestedBytes()).isEqualTo(4_000_000));
    ArenaStats counted = ArenaControl.stats().since(before);
    assertThat(counted.overflowErrors()).isEqualTo(1);
    assertThat(counted.usedBytes()).isEqualTo(before.usedBytes());
    float[] small = vector(768, 1, 1);
    float[][] smallCandidates = vectors(5, 768, 2, 1);
    assertThat(CosineSimilarity.scores(small, smallCandidates))
        .containsExactly(reference(small, smallCandidates), within(TOLERANCE));

    configure(1 << 20, OverflowStrategy.FALLBACK);
    assertThat(bits(CosineSimilarity.scores(query, candidates))).isEqualTo(expected);
    assertThat(bits(CosineSimilarity.scores(query, flat(candidates)))).isEqualTo(expected);
    assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
  }

  @Test
  void aRowThatDoesNotFitBesideItsQueryOverflows() {
    float[] query = vector(150_000, 1, 1);
    assertThatThrownBy(() -> CosineSimilarity.scores(query, new float[][] {query}))
        .isInstanceOf(ArenaOverflowException.class);
  }

  @Test
  void segmentsOfTheCallersScopeAreScoredInPlace() {
    float[] query = vector(64, 1, 1);
    float[][] candidates = vectors(7, 64, 2, 1);
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment scores = scope.allocate(ValueLayout.JAVA_FLOAT, 7);
      CosineSimilarity.scores(
          scope.allocateFrom(ValueLayout.JAVA_FLOAT, query),
          scope.allocateFrom(ValueLayout.JAVA_FLOAT, flat(candidates)),
          scores);
      assertThat(scores.toArray(ValueLayout.JAVA_FLOAT))
          .containsExactly(reference(query, candidates), within(TOLERANCE));
    }
  }

  private static void configure(long poolSizeBytes, OverflowStrategy overflow) {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(poolSizeBytes)
            .overflow(overflow)
            .maxFallbackBytes(1 << 30)
            .build());
  }

  /** Scores segments that start {@code shift} bytes behind a boundary of 64 bytes. */
  private static float[] scoresOfSegments(float[] query, float[][] candidates, int shift) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment scores = arena.allocate(candidates.length * 4L + 4, 4).asSlice(4);
      CosineSimilarity.scores(
          copyOf(query, shift, arena), copyOf(flat(candidates), shift, arena), scores);
      return scores.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static MemorySegment copyOf(float[] floats, int shift, Arena arena) {
    return arena
        .allocate(floats.length * 4L + shift, 64)
        .asSlice(shift)
        .copyFrom(MemorySegment.ofArray(floats));
  }

  private static float[] vector(int dimensions, long seed, float magnitude) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) random.nextDouble(-1, 1) * magnitude;
    }
    return vector;
  }

  private static float[][] vectors(int count, int dimensions, long seed, float magnitude) {
    return IntStream.range(0, count)
        .mapToObj(i -> vector(dimensions, seed * 1000 + i, magnitude))
        .toArray(float[][]::new);
  }

  private static float[] scaled(float[] vector, float factor) {
    float[] result = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      result[i] = vector[i] * factor;
    }
    return result;
  }

  private static float[] flat(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
    }
    return flat;
  }

  private static float[] reference(float[] query, float[][] candidates) {
    float[] scores = new float[candidates.length];
    for (int row = 0; row < candidates.length; row++) {
      double dot = 0;
      double queryNorm = 0;
      double rowNorm = 0;
      for (int i = 0; i < query.length; i++) {
        dot += (double) query[i] * candidates[row][i];
        queryNorm += (double) query[i] * query[i];
        rowNorm += (double) candidates[row][i] * candidates[row][i];
      }
      scores[row] = (float) (dot / Math.sqrt(queryNorm) / Math.sqrt(rowNorm));
    }
    return scores;
  }

  private static int[] bits(float[] floats) {
    return IntStream.range(0, floats.length).map(i -> Float.floatToRawIntBits(floats[i])).toArray();
  }
}
