package dev.engram.arena.kernels;

import static dev.engram.arena.kernels.Floats.bits;
import static dev.engram.arena.kernels.KernelArenas.configure;
import static dev.engram.arena.kernels.Vectors.flat;
import static dev.engram.arena.kernels.Vectors.reference;
import static dev.engram.arena.kernels.Vectors.scaled;
import static dev.engram.arena.kernels.Vectors.vector;
import static dev.engram.arena.kernels.Vectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(KernelArenas.class)
class CosineSimilarityTest {
  private static final float TOLERANCE = 2e-6f;

  static IntStream dimensions() {
    int firstThatIsStaged = StagedQuery.CRITICAL_ELEMENTS_MAX + 1;
    return IntStream.concat(
        IntStream.rangeClosed(1, 130),
        IntStream.of(768, 1024, 1536, 4096, 4099, firstThatIsStaged - 1, firstThatIsStaged));
  }

  @ParameterizedTest
  @MethodSource("dimensions")
  void everyFormHasTheSameBitsAndAgreesWithTheDoublePrecisionReference(int dimensions) {
    float[] query = vector(dimensions, 1, 1);
    float[][] candidates = vectors(9, dimensions, 2, 1);
    float[] expected = CosineSimilarity.scores(query, candidates);
    assertThat(expected).containsExactly(reference(query, candidates), within(TOLERANCE));
    CosineForms.scores(query, candidates)
        .forEach((form, scores) -> assertThat(bits(scores)).as(form).isEqualTo(bits(expected)));
    assertThat(bits(CosineForms.inOrder(CosineSimilarity.topK(query, candidates, 9))))
        .isEqualTo(bits(expected));
    assertThat(bits(CosineForms.inOrder(CosineSimilarity.topK(query, flat(candidates), 9))))
        .isEqualTo(bits(expected));
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
    CosineForms.scores(ordinary, candidates)
        .forEach((form, scores) ->
            assertThat(scores)
                .as(form)
                .containsExactly(reference(ordinary, candidates), within(TOLERANCE)));
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
    float notANumber = Float.NaN;
    CosineForms.scores(query, candidates)
        .forEach((form, scores) ->
            assertThat(scores)
                .as(form)
                .containsExactly(new float[] {0, notANumber, notANumber, 1}, within(TOLERANCE)));
    CosineForms.scores(zero, candidates)
        .forEach((form, scores) ->
            assertThat(scores).as(form).containsExactly(0, notANumber, notANumber, 0));
    CosineForms.scores(nan, candidates)
        .forEach((form, scores) -> assertThat(scores).as(form).containsOnly(notANumber));
  }

  @Test
  void knownAnglesHaveTheirCosines() {
    float[] query = {2, 0, 0};
    float[][] candidates = {
      {2, 0, 0}, {0.1f, 0, 0}, {-7, 0, 0}, {0, 3, -1}, {1, 1, 0}, {1, -1, 0}, {-3, 0, 4}
    };
    float half = (float) Math.sqrt(0.5);
    CosineForms.scores(query, candidates)
        .forEach((form, scores) ->
            assertThat(scores)
                .as(form)
                .containsExactly(new float[] {1, 1, -1, 0, half, half, -0.6f}, within(1e-7f)));
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
}
