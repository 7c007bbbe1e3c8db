package dev.engram.arena.stress.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ArenaState;
import dev.engram.arena.ArenaUsage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArenaRecordsTest {
  private final ArenaRecords records = new ArenaRecords(5);

  @Test
  void usageIsOneFigureForEachSampleAndAverageOfThoseWithTheArena() {
    records.sample(List.of(), 0);
    records.sample(List.of(owned(3, "a", 100, 700)), 1);
    records.sample(List.of(owned(3, "a", 500, 700)), 2);
    records.sample(List.of(), 3);
    assertThat(records.highest(4))
        .containsExactly(
            new RecordedArena(3, "a", 1 << 20, 300, 500, 700, 0, 0, List.of(0L, 100L, 500L, 0L)));
  }

  @Test
  void halvedUsageKeepsTheFirstSampleAndPeaks() {
    for (int i = 0; i < 5; i++) {
      records.sample(List.of(owned(0, "a", 10 + 10 * (i ^ 1), 90)), i);
    }
    assertThat(records.highest(5).getFirst().usedBytes()).containsExactly(20L, 10L, 40L, 30L, 60L);
    records.halve();
    records.sample(List.of(owned(0, "a", 5, 90)), 3);
    assertThat(records.highest(5).getFirst().usedBytes()).containsExactly(20L, 40L, 60L, 5L, 0L);
    assertThat(records.highest(5).getFirst().usedBytesMax()).isEqualTo(60);
  }

  @Test
  void aLookBetweenSamplesAddsCountsAndMarksButNoUsage() {
    records.sample(List.of(owned(0, "a", 100, 100)), 0);
    records.look(List.of(new ArenaUsage(0, ArenaState.OWNED, "a", 2 << 20, 900, 800, 0, 4, 50)));
    // As after a new epoch, and without a region.
    records.look(List.of(new ArenaUsage(0, ArenaState.OWNED, "a", 0, 0, 0, 0, 1, 2)));
    assertThat(records.highest(1))
        .containsExactly(new RecordedArena(0, "a", 2 << 20, 100, 100, 900, 5, 52, List.of(100L)));
  }

  @Test
  void countsAreAddedUpOverOwnersAndEpochs() {
    for (String owner : List.of("a", "b", "c")) {
      records.look(List.of(counted(owner, 0, 0)));
      records.look(List.of(counted(owner, 20, 3)));
      records.look(List.of(counted(owner, 50, 7)));
    }
    RecordedArena arena = records.highest(0).getFirst();
    assertThat(arena.overflows()).isEqualTo(150);
    assertThat(arena.resets()).isEqualTo(21);
  }

  @Test
  void theAverageIsOverTimeThoughLaterSamplesAreLessFrequent() {
    for (int i = 0; i < 5; i++) {
      records.sample(List.of(owned(0, "a", 90, 900)), i);
    }
    records.halve();
    records.sample(List.of(owned(0, "a", 225, 900)), 3);
    records.sample(List.of(owned(0, "a", 225, 900)), 4);
    assertThat(records.highest(5).getFirst().usedBytesMean())
        .isEqualTo((5 * 90 + 2 * 2 * 225) / (5 + 2 * 2));
  }

  @Test
  void theHighestMarksAreListedAndTheRestCounted() {
    int others = 5;
    records.sample(
        IntStream.range(0, ArenaRecords.LISTED_MAX + others)
            .mapToObj(i -> owned(i, "t" + i, 0, 100 + i))
            .toList(),
        0);
    List<RecordedArena> highest = records.highest(1);
    assertThat(highest).hasSize(ArenaRecords.LISTED_MAX);
    assertThat(highest.getFirst().highWaterMarkBytes())
        .isEqualTo(99 + ArenaRecords.LISTED_MAX + others);
    assertThat(highest.getLast().highWaterMarkBytes()).isEqualTo(100 + others);
    assertThat(records.others()).isEqualTo(others);
  }

  @Test
  void moreThanAreTrackedAreCountedOnce() {
    List<ArenaUsage> all =
        IntStream.range(0, ArenaRecords.TRACKED_MAX + 7)
            .mapToObj(i -> owned(i, "t", 0, i < ArenaRecords.TRACKED_MAX ? 1 : 1000))
            .toList();
    records.sample(all, 0);
    records.look(all);
    assertThat(records.highest(1)).allMatch(arena -> arena.highWaterMarkBytes() == 1);
    assertThat(records.others()).isEqualTo(ArenaRecords.TRACKED_MAX + 7 - ArenaRecords.LISTED_MAX);
  }

  @Test
  void arenasThatTakeNoPartAreLeftOut() {
    records.sample(
        List.of(
            owned(0, "idle", 0, 0),
            new ArenaUsage(1, ArenaState.QUARANTINED, "", 1 << 20, 0, 600, 0, 0, 0),
            owned(2, "busy", 0, 1)),
        0);
    assertThat(records.highest(1)).extracting(RecordedArena::owner).containsExactly("busy");
    assertThat(records.others()).isZero();
  }

  @Test
  void ownersAreNamedWhileTheyAreOne() {
    records.look(List.of(owned(0, "", 0, 4), owned(1, "a", 0, 3), leased(2, "v", 2)));
    records.look(List.of(owned(0, "b", 0, 4), owned(1, "c", 0, 3), leased(2, "w", 2)));
    records.look(List.of(owned(0, "", 0, 4), owned(1, "a", 0, 3), leased(2, "", 2)));
    assertThat(records.highest(0))
        .extracting(RecordedArena::owner)
        .containsExactly("b", "several threads", "virtual threads");
  }

  private static ArenaUsage owned(long slot, String name, long used, long mark) {
    return new ArenaUsage(slot, ArenaState.OWNED, name, 1 << 20, used, mark, 0, 0, 0);
  }

  private static ArenaUsage counted(String name, long overflows, long resets) {
    return new ArenaUsage(0, ArenaState.OWNED, name, 1 << 20, 0, 900, 0, overflows, resets);
  }

  private static ArenaUsage leased(long slot, String name, long mark) {
    ArenaState state = name.isEmpty() ? ArenaState.POOLED : ArenaState.LEASED;
    return new ArenaUsage(slot, state, name, 1 << 20, 0, mark, 0, 0, 0);
  }
}
