package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArenaStatsTest {
  /** The counters come right behind the epoch, before the maximum and the gauges. */
  private static final int COUNTERS = 9;

  private static final ArenaStats EARLIER =
      new ArenaStats(
          7, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, Optional.of("earlier"));
  private static final ArenaStats LATER =
      new ArenaStats(
          7,
          100,
          200,
          300,
          400,
          500,
          600,
          800,
          900,
          1000,
          1100,
          1200,
          1300,
          1400,
          1500,
          1600,
          1700,
          Optional.of("later"));

  @Test
  void sinceDifferencesCountersAndKeepsGaugesAndMaxima() {
    assertThat(LATER.since(EARLIER))
        .isEqualTo(
            new ArenaStats(
                7,
                99,
                198,
                297,
                396,
                495,
                594,
                792,
                891,
                990,
                1100,
                1200,
                1300,
                1400,
                1500,
                1600,
                1700,
                Optional.of("later")));
  }

  @Test
  void sinceOfItselfIsNothingCounted() {
    assertThat(LATER.since(LATER).totalScopes()).isZero();
    assertThat(LATER.since(LATER).totalFailedRemaps()).isZero();
  }

  @Test
  void sinceRefusesAnotherEpoch() throws Exception {
    ArenaStats other = with(LATER, 0, 8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> other.since(EARLIER))
        .withMessageContainingAll("7", "8", "epochs");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, COUNTERS})
  void sinceRefusesASnapshotThatHasCountedMoreOfAnything(int counter) throws Exception {
    ArenaStats more = with(EARLIER, counter, 101);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EARLIER.since(more))
        .withMessageContaining("later");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 11, 12, 13, 14, 15, 16})
  void sinceTakesMaximaAndGaugesThatWentDown(int gauge) throws Exception {
    assertThat(with(LATER, gauge, 0).since(EARLIER).totalScopes()).isEqualTo(99);
  }

  @Test
  void theTextHasEachFigureInAUnitThatPeopleRead() {
    ArenaStats stats =
        new ArenaStats(
            3,
            1001,
            1002,
            5 << 20,
            4,
            5,
            6 << 10,
            7,
            8,
            9,
            10 << 10,
            11,
            12 << 20,
            13,
            14 << 10,
            15 << 10,
            16 << 20,
            Optional.of("refused"));
    assertThat(stats.toString())
        .isEqualTo(
            """
            ArenaStats, epoch 3
              arenas     11: 13 bytes in use of 12 MiB reserved, 15 KiB touched; largest high-water mark 10 KiB
              scopes     1,001; 1,002 resets, 5 MiB given back
              overflows  9: 4 failed, 5 served from the system (6 KiB); 14 KiB held now
              lost       7 scopes abandoned, 16 MiB in quarantine; 8 arenas refused, 9 kept an old size
              huge pages refused\
            """);
  }

  @Test
  void totalOverflowsCountsThoseThatFailedAndThoseThatWereServed() {
    assertThat(EARLIER.totalOverflows()).isEqualTo(9);
  }

  /** A copy with another value for one component, by its place. */
  private static ArenaStats with(ArenaStats stats, int place, long value) throws Exception {
    RecordComponent[] components = ArenaStats.class.getRecordComponents();
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : components) {
      values.add(component.getAccessor().invoke(stats));
    }
    values.set(place, value);
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    return ArenaStats.class.getDeclaredConstructor(types).newInstance(values.toArray());
  }
}
