package dev.engram.arena.kernels;

import static dev.engram.arena.kernels.Vectors.flat;
import static dev.engram.arena.kernels.Vectors.vector;
import static dev.engram.arena.kernels.Vectors.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(KernelArenas.class)
class MostSimilarTest {
  /** Best first, of equal scores the lower index, and NaN last. */
  private static List<Match> sorted(float[] scores, int k) {
    return IntStream.range(0, scores.length)
        .mapToObj(index -> new Match(index, scores[index]))
        .sorted(MostSimilarTest::compare)
        .limit(k)
        .toList();
  }

  private static int compare(Match one, Match other) {
    if (one.score() > other.score()) {
      return -1;
    }
    if (one.score() < other.score()) {
      return 1;
    }
    int numbersFirst = Boolean.compare(Float.isNaN(one.score()), Float.isNaN(other.score()));
    return numbersFirst != 0 ? numbersFirst : Integer.compare(one.index(), other.index());
  }

  private static Map<String, List<Match>> found(float[] query, float[][] candidates, int k) {
    Map<String, List<Match>> found = new LinkedHashMap<>();
    found.put("arrays", CosineSimilarity.topK(query, candidates, k));
    found.put("one array", CosineSimilarity.topK(query, flat(candidates), k));
    try (Arena arena = Arena.ofConfined();
        VectorMatrix matrix = VectorMatrix.copyOf(candidates)) {
      found.put("matrix", CosineSimilarity.topK(query, matrix, k));
      found.put("segment", CosineSimilarity.topK(Floats.copyOf(query, 4, arena), matrix, k));
      matrix.computeNorms();
      found.put("norms", CosineSimilarity.topK(query, matrix, k));
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 1000, 2999, 3000, 3001, Integer.MAX_VALUE})
  void everyFormFindsWhatSortingAllScoresFinds(int k) {
    float[] query = vector(20, 1, 1);
    float[][] candidates = vectors(3000, 20, 2, 1);
    List<Match> expected = sorted(CosineSimilarity.scores(query, candidates), k);
    found(query, candidates, k)
        .forEach((form, matches) -> assertThat(matches).as(form).isEqualTo(expected));
  }

  @Test
  void tiesGoToTheLowerIndexAndNotANumberComesLast() {
    SplittableRandom random = new SplittableRandom(7);
    float[][] candidates = new float[2500][];
    for (int i = 0; i < candidates.length; i++) {
      // Few directions, so that scores are equal in many places, and zero and not a number too.
      candidates[i] = new float[] {random.nextInt(-1, 2), random.nextInt(-1, 2), 0};
      if (random.nextInt(10) == 0) {
        candidates[i][2] = Float.NaN;
      }
    }
    float[] query = {1, 2, 0};
    float[] scores = CosineSimilarity.scores(query, candidates);
    for (int k : new int[] {1, 300, 1500, 2500}) {
      List<Match> expected = sorted(scores, k);
      found(query, candidates, k)
          .forEach((form, matches) -> assertThat(matches).as(form).isEqualTo(expected));
    }
  }

  @Test
  void knownAnswer() {
    float[][] candidates = {{0, 1}, {-1, 0}, {1, 1}, {5, 0}, {Float.NaN, 0}, {2, 0}};
    float half = (float) Math.sqrt(0.5);
    assertThat(CosineSimilarity.topK(new float[] {3, 0}, candidates, 4))
        .containsExactly(new Match(3, 1), new Match(5, 1), new Match(2, half), new Match(0, 0));
  }

  @Test
  void aSmallArenaFindsTheSameOrThrows() {
    float[] query = vector(500, 1, 1);
    float[][] candidates = vectors(20_000, 500, 2, 1);
    KernelArenas.configure(16 << 20, OverflowStrategy.ERROR_RETURN);
    Map<String, List<Match>> few = found(query, candidates, 50);
    Map<String, List<Match>> many = found(query, candidates, 15_000);
    KernelArenas.configure(64 << 10, OverflowStrategy.ERROR_RETURN);
    assertThat(found(query, candidates, 50)).isEqualTo(few);
    assertThatThrownBy(() -> CosineSimilarity.topK(query, candidates, 15_000))
        .isInstanceOf(ArenaOverflowException.class);
    try (VectorMatrix matrix = VectorMatrix.copyOf(candidates)) {
      assertThatThrownBy(() -> CosineSimilarity.topK(query, matrix, 15_000))
          .isInstanceOf(ArenaOverflowException.class);
    }
    KernelArenas.configure(64 << 10, OverflowStrategy.FALLBACK);
    assertThat(found(query, candidates, 15_000)).isEqualTo(many);
    assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void aCountBelowOneIsRefusedByName(int k) {
    float[] query = {1, 2};
    try (Arena arena = Arena.ofConfined();
        VectorMatrix matrix = VectorMatrix.copyOf(new float[][] {query})) {
      String message = "k is " + k + "; allowed is 1 or more";
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CosineSimilarity.topK(query, new float[][] {query}, k))
          .withMessage(message);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CosineSimilarity.topK(query, query, k))
          .withMessage(message);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CosineSimilarity.topK(query, matrix, k))
          .withMessage(message);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CosineSimilarity.topK(Floats.copyOf(query, 0, arena), matrix, k))
          .withMessage(message);
    }
  }
}
