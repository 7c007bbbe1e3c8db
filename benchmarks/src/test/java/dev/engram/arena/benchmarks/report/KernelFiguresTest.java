package dev.engram.arena.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.engram.arena.benchmarks.kernels.CosineCase;
import dev.engram.arena.benchmarks.kernels.CosineCase.Sizes;
import dev.engram.arena.benchmarks.kernels.KernelCase;
import dev.engram.arena.benchmarks.measure.Measurements;
import dev.engram.arena.benchmarks.measure.Sample;
import dev.engram.arena.benchmarks.report.Figure.Verdict;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KernelFiguresTest {
  private final Measurements measurements = new Measurements();

  @Test
  void noTwoFiguresHaveTheSameNameAndSize() {
    for (List<Figure> figures :
        List.of(KernelFigures.COSINE, KernelFigures.DECAY, KernelFigures.SPREAD)) {
      assertThat(figures.stream().map(figure -> figure.title() + figure.count()))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void everyFigureComesFromCasesThatAreMeasured() {
    for (KernelCase kernelCase : CosineCase.values()) {
      kernelCase.sizes().forEach(size -> nanos(kernelCase, size, 100));
    }
    assertThat(KernelFigures.COSINE)
        .noneMatch(figure -> figure.verdict(measurements) == Verdict.NOT_MEASURED);
  }

  @Test
  void javasPartIsTheCallAndWhatIsAddedToIt() {
    nanos(CosineCase.NATIVE, Sizes.CALL, 60);
    nanos(CosineCase.DOWNCALL, Sizes.CALL, 40);
    nanos(CosineCase.EMPTY_DOWNCALL, Sizes.CALL, 10);
    nanos(CosineCase.NATIVE, Sizes.FEW_ROWS, 1500);
    Figure figure = figure("Java's part of a call");
    assertThat(figure.measured(measurements).orElseThrow()).isEqualTo(0.02, within(1e-9));
    assertThat(figure.verdict(measurements)).isEqualTo(Verdict.FLOOR);
    nanos(CosineCase.NATIVE, Sizes.CALL, 80);
    nanos(CosineCase.NATIVE, Sizes.CALL, 80);
    assertThat(figure.verdict(measurements)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void theBestTenMayTakeThreeHundredthsMore() {
    nanos(CosineCase.NATIVE, Sizes.MANY_ROWS, 1000);
    nanos(CosineCase.TOP_10, Sizes.MANY_ROWS, 1031);
    Figure figure = figure("time of the top 10 over that of scores");
    assertThat(figure.verdict(measurements)).isEqualTo(Verdict.MISSED);
  }

  private static Figure figure(String title) {
    return Stream.of(KernelFigures.COSINE)
        .flatMap(List::stream)
        .filter(figure -> figure.title().equals(title))
        .findFirst()
        .orElseThrow();
  }

  private void nanos(KernelCase kernelCase, int size, double nanos) {
    measurements.add(kernelCase, size, new Sample(nanos, 0));
  }
}
