package dev.engram.arena.benchmarks.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The benchmarks run small, so that they cannot rot, and compute the same. */
class KernelBenchmarkTest {
  static Stream<KernelCase> cases() {
    return Stream.of(CosineCase.values(), DecayCase.values(), SpreadCase.values())
        .flatMap(Stream::of);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyCaseComputesWhatTheReferenceDoes(KernelCase kernelCase) {
    for (int size : new int[] {1, 7, 130}) {
      KernelBenchmark benchmark = new KernelBenchmark();
      benchmark.work = nameOf(kernelCase);
      benchmark.size = size;
      // Compares with the reference.
      benchmark.prepare();
      assertThat(benchmark.run()).isNotNull();
    }
  }

  @Test
  void aCaseIsFoundByItsName() {
    assertThat(cases())
        .allSatisfy(
            kernelCase -> assertThat(KernelCase.named(nameOf(kernelCase))).isSameAs(kernelCase));
  }

  @Test
  void aWrongScoreIsFound() {
    CosineData data = new CosineData(20);
    float[] scores = exactScores(data);
    assertThatCode(() -> data.requireScores(0, scores)).doesNotThrowAnyException();
    for (float wrong : List.of(scores[19] + 5e-5f, Float.NaN)) {
      scores[19] = wrong;
      assertThatExceptionOfType(WrongResultException.class)
          .isThrownBy(() -> data.requireScores(0, scores))
          .withMessageStartingWith("element 19 is ");
    }
  }

  @Test
  void aWrongFactorIsFound() {
    DecayData data = new DecayData(3);
    float[] faded = new float[3];
    for (int i = 0; i < 3; i++) {
      double age = data.agesSeconds[i] / DecayData.TIME_CONSTANT_SECONDS;
      faded[i] = (float) (data.strengths[i] * Math.exp(-age));
    }
    assertThatCode(() -> data.requireFaded(faded, 1e-7)).doesNotThrowAnyException();
    faded[1] *= 1.000_001f;
    assertThatExceptionOfType(WrongResultException.class)
        .isThrownBy(() -> data.requireFaded(faded, 1e-7));
  }

  @Test
  void aMissedIterationIsFound() {
    SpreadData data = new SpreadData(50);
    SpreadWork.JavaPush push = new SpreadWork.JavaPush(data);
    push.check();
    float[] spread = push.activations();
    assertThatExceptionOfType(WrongResultException.class)
        .isThrownBy(() -> data.requireSpread(data.activations, data.iterations - 1, spread));
  }

  private static String nameOf(KernelCase kernelCase) {
    return Objects.requireNonNull(kernelCase.parameters(1).get("work"));
  }

  private static float[] exactScores(CosineData data) {
    float[] scores = new float[data.rows.length];
    IntStream.range(0, scores.length).forEach(row -> scores[row] = (float) data.exact(0, row));
    return scores;
  }
}
