package dev.engram.arena.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {
  @Test
  void sizesAreInTheUnitThatSuitsThem() {
    assertThat(Units.bytes(0)).isEqualTo("0 bytes");
    assertThat(Units.bytes(1023)).isEqualTo("1023 bytes");
    assertThat(Units.bytes(1024)).isEqualTo("1 KiB");
    assertThat(Units.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Units.bytes(100L << 20)).isEqualTo("100 MiB");
    assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("8 EiB");
  }

  @Test
  void whatRoundsToTheNextUnitIsInIt() {
    assertThat(Units.bytes((1 << 20) - 1)).isEqualTo("1.0 MiB");
    assertThat(Units.bytes(1_048_524)).isEqualTo("1023.9 KiB");
    assertThat(Units.bytes(1_048_525)).isEqualTo("1.0 MiB");
  }

  @Test
  void exactSizesAreGivenWhereTheUnitHidesThem() {
    assertThat(Units.bytesExactly(4)).isEqualTo("4 bytes");
    assertThat(Units.bytesExactly(2 << 20)).isEqualTo("2 MiB (2,097,152 bytes)");
  }

  @Test
  void durationsAreInTheUnitThatSuitsThemToThreeDigits() {
    assertThat(Units.nanos(0)).isEqualTo("0 ns");
    assertThat(Units.nanos(850)).isEqualTo("850 ns");
    assertThat(Units.nanos(999.6)).isEqualTo("1 µs");
    assertThat(Units.nanos(1_234)).isEqualTo("1.23 µs");
    assertThat(Units.nanos(17_000)).isEqualTo("17 µs");
    assertThat(Units.nanos(12_540_000)).isEqualTo("12.5 ms");
    assertThat(Units.nanos(245_400_000_000L)).isEqualTo("245 s");
    assertThat(Units.nanos(3_600_000_000_000L)).isEqualTo("3,600 s");
  }
}
