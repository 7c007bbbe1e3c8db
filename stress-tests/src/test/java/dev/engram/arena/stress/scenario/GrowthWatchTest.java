package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.scenario.GrowthWatch.Look;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GrowthWatchTest {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void whatStaysHolds() {
    assertThat(
            judge(
                GrowthWatchTest::level,
                GrowthWatchTest::level,
                GrowthWatchTest::level,
                GrowthWatchTest::level))
        .hasSize(4)
        .allMatch(Invariant::held);
  }

  @Test
  void eachFigureThatGrowsIsFound() {
    assertThat(
            Runs.broken(
                judge(
                    look -> 100 * look,
                    GrowthWatchTest::level,
                    GrowthWatchTest::level,
                    GrowthWatchTest::level)))
        .containsExactly("the mappings of the process stay about as many");
    assertThat(
            Runs.broken(
                judge(
                    GrowthWatchTest::level,
                    look -> 10 * MEBIBYTE * look,
                    GrowthWatchTest::level,
                    GrowthWatchTest::level)))
        .containsExactly("resident memory outside the Java heap stays about as large");
    assertThat(
            Runs.broken(
                judge(
                    GrowthWatchTest::level,
                    GrowthWatchTest::level,
                    look -> 2 * look,
                    GrowthWatchTest::level)))
        .containsExactly("the arenas stay about as many");
    assertThat(
            Runs.broken(
                judge(
                    GrowthWatchTest::level,
                    GrowthWatchTest::level,
                    GrowthWatchTest::level,
                    look -> MEBIBYTE * look)))
        .containsExactly("the touched bytes of arenas stay about as many");
  }

  @Test
  void whatGrowsAtFirstOrForAMomentHolds() {
    LongUnaryOperator settling = look -> Math.min(look, 10) * 20 * MEBIBYTE;
    LongUnaryOperator peak = look -> look == 25 ? 5_000 : 100;
    assertThat(judge(peak, settling, peak, GrowthWatchTest::level)).allMatch(Invariant::held);
  }

  @Test
  void theBoundIsStatedAndHoldsExactly() {
    LongUnaryOperator toTheBound = look -> look < 20 ? 100 : 110;
    List<Invariant> held =
        judge(GrowthWatchTest::level, GrowthWatchTest::level, toTheBound, GrowthWatchTest::level);
    assertThat(held).allMatch(Invariant::held);
    assertThat(held.get(2).detail()).contains("+10, allowed are 10", "30 looks");
    assertThat(
            Runs.broken(
                judge(
                    GrowthWatchTest::level,
                    GrowthWatchTest::level,
                    look -> look < 20 ? 100 : 111,
                    GrowthWatchTest::level)))
        .containsExactly("the arenas stay about as many");
  }

  @Test
  void aFewLooksShowNothingUnlessTheRunWasCutShort() {
    List<Look> few =
        looks(
                GrowthWatchTest::level,
                GrowthWatchTest::level,
                GrowthWatchTest::level,
                GrowthWatchTest::level)
            .subList(0, 5);
    assertThat(GrowthWatch.judge(few, 10, 10 * MEBIBYTE, false)).noneMatch(Invariant::held);
    assertThat(GrowthWatch.judge(few, 10, 10 * MEBIBYTE, true)).allMatch(Invariant::held);
  }

  private static long level(long look) {
    return 100;
  }

  private static List<Invariant> judge(
      LongUnaryOperator mappings,
      LongUnaryOperator residentBytes,
      LongUnaryOperator arenas,
      LongUnaryOperator touchedBytes) {
    return GrowthWatch.judge(
        looks(mappings, residentBytes, arenas, touchedBytes), 10, 5 * MEBIBYTE, false);
  }

  private static List<Look> looks(
      LongUnaryOperator mappings,
      LongUnaryOperator residentBytes,
      LongUnaryOperator arenas,
      LongUnaryOperator touchedBytes) {
    return LongStream.range(0, 30)
        .mapToObj(look ->
            new Look(
                new ProcessMemory(mappings.applyAsLong(look), 0, residentBytes.applyAsLong(look)),
                stats(arenas.applyAsLong(look), touchedBytes.applyAsLong(look))))
        .toList();
  }

  private static ArenaStats stats(long liveArenas, long touchedBytes) {
    return new ArenaStats(
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, liveArenas, 0, 0, 0, touchedBytes, 0, Optional.empty());
  }
}
