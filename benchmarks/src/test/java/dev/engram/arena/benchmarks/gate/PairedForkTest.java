package dev.engram.arena.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** By a clock that goes on only when something is done. */
class PairedForkTest {
  private static final Duration TIME = Duration.ofMillis(300);

  private long nanos;
  private long calls;

  /** Takes so long a call, and ten times as long now and then, as when another thread ran. */
  private Operation taking(long nanosPerCall, int disturbedEvery) {
    return times -> {
      calls++;
      nanos += times * nanosPerCall * (calls % disturbedEvery == 0 ? 10 : 1);
    };
  }

  private PairedSample measure(Operation ours, Operation peer, double slowdown) {
    return new PairedFork(ours, peer, slowdown, () -> nanos).measure(TIME);
  }

  @Test
  void theRatioIsThePeersTimeOverOurs() {
    PairedSample sample = measure(taking(1_000, 7), taking(3_000, 7), 1);
    assertThat(sample).isEqualTo(new PairedSample(3, 1_000, 3_000));
  }

  @Test
  void aPlantedSlowdownIsInTheRatio() {
    PairedSample sample = measure(taking(1_000, 7), taking(3_000, 7), 1.5);
    assertThat(sample).isEqualTo(new PairedSample(2, 1_500, 3_000));
  }

  @Test
  void callsThatTakeLongerThanASliceAreMeasuredToo() {
    PairedSample sample = measure(taking(5_000_000, 1_000), taking(1, 1_000), 1);
    assertThat(sample.ratio()).isCloseTo(2e-7, within(1e-9));
  }

  @Test
  void aSampleComesThroughAsText() {
    PairedSample sample = new PairedSample(1.0 / 3, 1e-9, 1e9);
    assertThat(PairedSample.parse(sample.text())).isEqualTo(sample);
  }

  /** So that they cannot rot. */
  @ParameterizedTest
  @EnumSource(GateFigure.class)
  void bothSidesOfEachFigureRun(GateFigure figure) {
    Operation.of(figure.ours(), figure.size()).repeat(2);
    Operation.of(figure.peer(), figure.size()).repeat(2);
  }
}
