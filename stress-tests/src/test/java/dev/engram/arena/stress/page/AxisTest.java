package dev.engram.arena.stress.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void countsHaveRoundTicksInAUnitThatSuitsThem() {
    Axis axis = Axis.count(61_557, "operations");
    assertThat(axis.unit()).isEqualTo("thousand operations");
    assertThat(axis.ticks())
        .extracting(Axis.Tick::label)
        .containsExactly("0", "20", "40", "60", "80");
    assertThat(axis.ticks().getLast().value()).isEqualTo(80_000);
    assertThat(axis.high()).isEqualTo(80_000);
  }

  @Test
  void aRoundMaximumIsTheEnd() {
    assertThat(Axis.count(100, "x").high()).isEqualTo(100);
    assertThat(Axis.count(100, "x").ticks())
        .extracting(Axis.Tick::label)
        .containsExactly("0", "25", "50", "75", "100");
  }

  @Test
  void bytesAreInBinaryUnits() {
    Axis axis = Axis.bytes(2 << 20);
    assertThat(axis.unit()).isEqualTo("MiB");
    assertThat(axis.ticks())
        .extracting(Axis.Tick::label)
        .containsExactly("0.0", "0.5", "1.0", "1.5", "2.0");
    assertThat(axis.ticks().getLast().value()).isEqualTo(2 << 20);
    assertThat(Axis.bytes(1_010).unit()).isEqualTo("bytes");
    assertThat(Axis.bytes(1_040_000).unit()).isEqualTo("KiB");
  }

  @Test
  void nothingAtAllIsAnAxisToo() {
    assertThat(Axis.count(0, "x").high()).isEqualTo(1);
    assertThat(Axis.bytes(0).high()).isEqualTo(1);
    assertThat(Axis.time(0).high()).isPositive();
    assertThat(Axis.count(0, "x").position(0)).isZero();
  }

  @Test
  void timeEndsWithTheDataAndLongTimesAreInMinutesOrHours() {
    Axis seconds = Axis.time(12.5);
    assertThat(seconds.high()).isEqualTo(12.5);
    assertThat(seconds.ticks()).extracting(Axis.Tick::label).containsExactly("0", "5", "10");
    assertThat(Axis.time(3_000).unit()).isEqualTo("minutes");
    assertThat(Axis.time(3_000).ticks().getLast()).isEqualTo(new Axis.Tick(2_400, "40"));
    assertThat(Axis.time(40_000).unit()).isEqualTo("hours");
  }

  @Test
  void durationsGoFromAPowerOfTenToAPowerOfTen() {
    Axis axis = Axis.nanos(17_000, 690_000_000);
    assertThat(axis.ticks())
        .extracting(Axis.Tick::label)
        .containsExactly("10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s");
    assertThat(axis.position(10_000)).isCloseTo(0, within(1e-9));
    assertThat(axis.position(1_000_000)).isCloseTo(0.4, within(1e-9));
    assertThat(axis.position(1e9)).isCloseTo(1, within(1e-9));
  }

  @Test
  void thereAreNoMoreTicksThanHaveRoom() {
    for (double max = 1; max < 1e12; max *= 1.7) {
      assertThat(Axis.count(max, "x").ticks()).hasSizeBetween(2, 6);
      assertThat(Axis.bytes(max).ticks()).hasSizeBetween(2, 6);
      assertThat(Axis.time(max).ticks()).hasSizeBetween(1, 6);
      assertThat(Axis.nanos(1, max).ticks()).hasSizeBetween(2, 7);
    }
    assertThat(Axis.numbered(512, "arena").ticks()).hasSizeBetween(2, 7);
    assertThat(Axis.numbered(1, "arena").ticks()).containsExactly(new Axis.Tick(1, "1"));
  }
}
