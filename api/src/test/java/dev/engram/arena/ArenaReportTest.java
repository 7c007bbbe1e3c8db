package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ArenaReportTest {
  private static final long MIB = 1 << 20;
  private static final ArenaStats STATS =
      new ArenaStats(
          0,
          9,
          7,
          100,
          2,
          1,
          50,
          0,
          0,
          0,
          MIB,
          3,
          3 * MIB,
          MIB / 2,
          64 << 10,
          5,
          0,
          Optional.empty());

  private static ArenaUsage arena(long slot, ArenaState state, String name, long used, long mark) {
    return new ArenaUsage(slot, state, name, MIB, used, mark, 0, slot, 10 * slot);
  }

  @Test
  void aRowForEachArenaWithABarTheFullestFirst() {
    ArenaReport report =
        new ArenaReport(
            STATS,
            List.of(
                arena(1, ArenaState.POOLED, "", 0, 1),
                arena(2, ArenaState.OWNED, "main", MIB / 2, MIB),
                arena(3, ArenaState.LEASED, "#42", MIB / 4, MIB / 2),
                new ArenaUsage(4, ArenaState.OWNED, "", 0, 0, 0, 64 << 10, 1, 1),
                arena(5, ArenaState.QUARANTINED, "", 0, 0)));

    assertThat(report.toString())
        .isEqualTo(
            """
            3 arenas: 512 KiB in use of 3 MiB reserved, 64 KiB from the system; 3 overflows, 7 resets
            slot  [# used, = high water]     in use high water   capacity   fallback overflows      resets  whose
               4  [####################]    0 bytes    0 bytes    0 bytes     64 KiB         1           1  a thread that Java does not know
               2  [##########==========]    512 KiB      1 MiB      1 MiB    0 bytes         2          20  main
               3  [#####=====..........]    256 KiB    512 KiB      1 MiB    0 bytes         3          30  #42 (leased)
               1  [=...................]    0 bytes    1 bytes      1 MiB    0 bytes         1          10  in the pool
               5  [....................]    0 bytes    0 bytes      1 MiB    0 bytes         5          50  quarantined\
            """);
  }

  @Test
  void manyArenasAreSummedUp() {
    ArenaReport report =
        new ArenaReport(
            STATS,
            LongStream.range(0, 50)
                .mapToObj(slot -> arena(slot, ArenaState.OWNED, "t" + slot, slot * 1024, 0))
                .toList());

    List<String> lines = report.toString().lines().toList();

    assertThat(lines).hasSize(1 + 16 + 1);
    assertThat(lines.get(2)).endsWith("  t49");
    assertThat(lines.get(16)).endsWith("  t35");
    // 0 + 1 + ... + 34 KiB
    assertThat(lines.get(17)).contains(" 595 KiB ", " 35 MiB ").endsWith("  35 more arenas");
  }

  @Test
  void sixteenArenasAllHaveARow() {
    ArenaReport report =
        new ArenaReport(
            STATS,
            LongStream.range(0, 16)
                .mapToObj(slot -> arena(slot, ArenaState.OWNED, "t" + slot, slot, 0))
                .toList());
    assertThat(report.toString().lines()).hasSize(1 + 16 + 1).noneMatch(l -> l.contains("more"));
  }
}
