package dev.engram.arena.stress.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetTest {
  @Test
  void everyQueryMeetsEveryOrder() {
    DataSet data = new GaussianVectors(4).dataSet(new SplittableRandom(1), 7, 10);
    Set<String> turns = new HashSet<>();
    for (long turn = 0; turn < 70; turn++) {
      turns.add(Arrays.toString(data.query(turn)) + Arrays.toString(data.candidates(turn)[0]));
    }
    assertThat(turns).hasSize(70);
  }

  @Test
  void scoresFollowTheOrderOfATurn() {
    DataSet data = new GaussianVectors(4).dataSet(new SplittableRandom(1), 3, 5);
    for (long turn : new long[] {0, 1, 4, 5, 14, 15, Long.MAX_VALUE}) {
      float[][] rows = data.candidates(turn);
      for (int row = 0; row < rows.length; row++) {
        assertThat(data.score(turn, row))
            .isEqualTo(CosineReference.score(data.query(turn), rows[row]));
        assertThat(rows[row]).isSameAs(data.candidates(0)[data.candidateIn(turn, row)]);
      }
    }
  }

  @Test
  void generatedVectorsDependOnTheirSeedOnly() {
    GaussianVectors source = new GaussianVectors(16);
    DataSet first = source.dataSet(new SplittableRandom(1), 2, 3);
    DataSet same = source.dataSet(new SplittableRandom(1), 2, 3);
    DataSet other = source.dataSet(new SplittableRandom(2), 2, 3);
    assertThat(same.candidates(0)).isDeepEqualTo(first.candidates(0));
    assertThat(same.query(1)).isEqualTo(first.query(1));
    assertThat(other.query(0)).isNotEqualTo(first.query(0));
  }

  @Test
  void generatedScoresAreFartherApartThanTheToleranceEvenInManyDimensions() {
    DataSet data = new GaussianVectors(100_000).dataSet(new SplittableRandom(1), 1, 10);
    double[] scores =
        IntStream.range(0, 10).mapToDouble(row -> data.score(0, row)).sorted().toArray();
    for (int i = 1; i < scores.length; i++) {
      assertThat(scores[i] - scores[i - 1]).isGreaterThan(data.tolerance());
    }
    assertThat(scores[9] - scores[0]).isGreaterThan(0.1);
  }

  @Test
  void fileVectorsAreRowsOfTheFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("rows.npy");
    org.jetbrains.bio.npy.NpyFile.write(file, new float[] {1, 2, 3, 4}, new int[] {2, 2});
    FileVectors source = FileVectors.read(file);
    DataSet data = source.dataSet(new SplittableRandom(1), 20, 20);
    assertThat(source.dimensions()).isEqualTo(2);
    assertThat(Stream.of(data.candidates(0)).map(Arrays::toString).distinct())
        .containsExactlyInAnyOrder("[1.0, 2.0]", "[3.0, 4.0]");
  }
}
