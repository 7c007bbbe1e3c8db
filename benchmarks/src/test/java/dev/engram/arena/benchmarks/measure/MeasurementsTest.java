package dev.engram.arena.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.engram.arena.benchmarks.alloc.Variant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeasurementsTest {
  private final Measurements measurements = new Measurements();

  @Test
  void theMedianIsTheValueInTheMiddle() {
    assertThat(Median.of(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
    assertThat(Median.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3);
    assertThatIllegalArgumentException().isThrownBy(() -> Median.of(List.of()));
  }

  @Test
  void forksOfOneCaseAreTakenTogether() {
    measurements.add(Variant.SCOPE, 10, new Sample(30, 0));
    measurements.add(Variant.SCOPE, 10, new Sample(10, 0));
    measurements.add(Variant.SCOPE, 10, new Sample(20, 0));
    measurements.add(Variant.SCOPE, 1, new Sample(5, 0));
    assertThat(measurements.medianNanos(Variant.SCOPE, 10)).hasValue(20);
    assertThat(measurements.nanos(Variant.SCOPE, 10)).containsExactly(30.0, 10.0, 20.0);
    assertThat(measurements.medianNanos(Variant.SCOPE, 1)).hasValue(5);
    assertThat(measurements.medianNanos(Variant.SCOPE, 100)).isEmpty();
    assertThat(measurements.medianNanos(Variant.BUMP, 10)).isEmpty();
  }

  @Test
  void garbageIsInWholeBytesAndUnknownWhereTheJvmDoesNotTell() {
    measurements.add(Variant.SCOPE, 1, new Sample(1, 0.004));
    measurements.add(Variant.BUMP, 1, new Sample(1, 40.001));
    measurements.add(Variant.SCOPE_VIRTUAL, 1, new Sample(1, Double.NaN));
    assertThat(measurements.medianGarbageBytes(Variant.SCOPE, 1)).hasValue(0);
    assertThat(measurements.medianGarbageBytes(Variant.BUMP, 1)).hasValue(40);
    assertThat(measurements.medianGarbageBytes(Variant.SCOPE_VIRTUAL, 1)).isEmpty();
  }

  @Test
  void sweepsAreTakenTogetherByThreads() {
    measurements.addSweep(Variant.SCOPE_LOCAL, Map.of(2, 10.0, 64, 9.0));
    measurements.addSweep(Variant.SCOPE_LOCAL, Map.of(2, 20.0, 64, 19.0));
    assertThat(measurements.medianPerSecond(Variant.SCOPE_LOCAL, 2)).hasValue(15);
    assertThat(measurements.medianPerSecond(Variant.SCOPE_LOCAL, 64)).hasValue(14);
    assertThat(measurements.medianPerSecond(Variant.SCOPE_LOCAL, 1)).isEmpty();
  }

  @Test
  void theProcessorIsNamedAsTheSystemNamesIt() {
    assertThat(Machine.cpuName(Stream.of("processor\t: 0", "model name\t: A CPU @ 3 GHz", "")))
        .isEqualTo("A CPU @ 3 GHz");
    assertThat(Machine.cpuName(Stream.of("processor\t: 0")))
        .isEqualTo(System.getProperty("os.arch"));
  }

  @Test
  void processorsOfOneNameAreToldApartByTheirNumbers() {
    assertThat(
            Machine.cpuModel(
                Stream.of(
                    "processor : 0",
                    "cpu family\t: 25",
                    "model\t\t: 17",
                    "model name\t: A CPU",
                    "",
                    "processor : 1",
                    "model\t\t: 18")))
        .isEqualTo("A CPU, cpu family 25, model 17");
    assertThat(Machine.cpuModel(Stream.of("CPU implementer\t: 0x41", "CPU part\t: 0xd0c")))
        .isEqualTo(System.getProperty("os.arch") + ", CPU implementer 0x41, CPU part 0xd0c");
  }
}
