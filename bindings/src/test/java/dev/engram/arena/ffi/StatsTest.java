package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static dev.engram.arena.ffi.LeasedArena.configure;
import static dev.engram.arena.ffi.LeasedArena.settingsWithRoomForOne;
import static dev.engram.arena.ffi.Structs.assertGuardIntact;
import static dev.engram.arena.ffi.Structs.changes;
import static dev.engram.arena.ffi.Structs.fields;
import static dev.engram.arena.ffi.Structs.guarded;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The totals as the generated layout reads them, after a known number of everything that is
 * counted.
 */
@NullMarked
class StatsTest {
  private static final long POOL_BYTES = 128 << 10;
  private static final long MAX_FALLBACK_BYTES = 10 << 20;

  @BeforeAll
  static void loadLibrary() {
    NativeLibrary.load(MethodHandles.lookup());
  }

  @BeforeEach
  void configureFallback() {
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), MAX_FALLBACK_BYTES));
  }

  @Test
  void eachTotalCountsItsOwn() throws Exception {
    try (LeasedArena arena = LeasedArena.take()) {
      Map<String, Long> before = read();

      EndedThread.run(7);
      long chunkBytes = overflowInTwoScopes(arena);
      MemorySegment mark = arena.mark();
      assertOk(arena.allocate(500, 1));
      assertOk(arena.allocate(200_000, 1));

      Map<String, Long> after = read();
      assertThat(after.get("held_fallback_bytes")).isBetween(200_000L, 300_000L);
      assertThat(changes(before, after))
          .isEqualTo(
              Map.ofEntries(
                  entry("total_scopes", 7L + 2 + 1),
                  entry("total_resets", 2L),
                  entry("total_allocated_bytes", 2 * (900 + chunkBytes)),
                  entry("total_overflow_errors", 4L),
                  entry("total_overflow_fallbacks", 3L),
                  entry("total_fallback_bytes", 600_000L),
                  entry("total_abandoned", 7L),
                  entry("max_high_water_mark_bytes", 900L),
                  entry("used_bytes", 500L),
                  entry("held_fallback_bytes", after.get("held_fallback_bytes")),
                  entry("touched_bytes", 900L)));
      arena.rewind(mark);
      assertThat(read()).containsEntry("held_fallback_bytes", 0L);
    }
  }

  @Test
  void gaugesCountTheArenaOfAThreadWhileItRuns() throws Exception {
    Map<String, Long> before = read();

    EndedThread thread = EndedThread.run(3);

    assertThat(changes(before, thread.stats()))
        .isEqualTo(Map.of("total_scopes", 3L, "live_arenas", 1L, "reserved_bytes", POOL_BYTES));
    assertThat(changes(before, read()))
        .isEqualTo(Map.of("total_scopes", 3L, "total_abandoned", 3L));
  }

  @Test
  void whatCouldNotBeHadIsCounted() {
    int errorReturn = engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN();
    try (LeasedArena one = LeasedArena.take();
        LeasedArena other = LeasedArena.take()) {
      assertOk(other.allocate(1, 1)); // idle, it would give way
      Map<String, Long> before = read();
      assertOk(
          engram_arena_h.engram_configure(settingsWithRoomForOne(2 * POOL_BYTES, errorReturn)));

      assertOk(one.serve());

      Map<String, Long> kept = read();
      assertThat(totals(changes(before, kept))).isEqualTo(Map.of("total_failed_remaps", 1L));
      assertThat(kept).containsEntry("failed_remap_error", 0L);
      assertThat(one.fields()).containsEntry("capacity_bytes", POOL_BYTES);

      assertOk(one.allocate(1, 1));
      MemorySegment out = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
      assertThat(engram_arena_h.engram_lease_arena(out, MemorySegment.NULL))
          .isEqualTo(engram_arena_h.ENGRAM_POOL_EXHAUSTED());

      assertThat(totals(changes(kept, read()))).isEqualTo(Map.of("total_refused_arenas", 1L));
      assertThat(other.fields()).containsEntry("capacity_bytes", POOL_BYTES);
    }
  }

  private static Map<String, Long> totals(Map<String, Long> changes) {
    changes.keySet().removeIf(name -> !name.startsWith("total_"));
    return changes;
  }

  /** The one gauge of physical memory: whatever is not in use is given back. */
  @Test
  void trimGivesBackWhatWasTouchedAndSaysHowMuch() {
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment outer = arena.mark();
      MemorySegment inner = arena.mark();
      assertOk(arena.allocate(100_000, 1));
      arena.rewind(inner);
      arena.rewind(outer);
      assertThat(read().get("touched_bytes")).isGreaterThanOrEqualTo(100_000);
    }
    assertThat(engram_arena_h.engram_trim_arenas()).isGreaterThanOrEqualTo(100_000);
    assertThat(read()).containsEntry("touched_bytes", 0L);
  }

  @Test
  void quarantinedRegionIsCountedApartUntilItIsReleased() {
    MemorySegment out = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
    try (LeasedArena arena = LeasedArena.take()) {
      arena.mark();
      arena.mark();
      assertOk(arena.allocate(500, 1));
      MemorySegment old = engram_arena.base(arena.header());
      Map<String, Long> before = read();

      assertOk(engram_arena_h.engram_quarantine_arena(arena.header(), out, MemorySegment.NULL));

      assertThat(changes(before, read()))
          .isEqualTo(
              Map.of(
                  "total_abandoned", 2L,
                  "total_resets", 1L,
                  "total_allocated_bytes", 500L,
                  "used_bytes", -500L,
                  "touched_bytes", -500L,
                  "quarantined_bytes", POOL_BYTES));
      assertThat(engram_arena.base(arena.header())).isNotEqualTo(old);
      MemorySegment aside = LeasedArena.headerAt(out);
      assertOk(engram_arena_h.engram_release_quarantined(aside));
      assertThat(read()).containsEntry("quarantined_bytes", 0L);
      assertThat(engram_arena_h.engram_release_quarantined(aside))
          .isEqualTo(engram_arena_h.ENGRAM_INVALID_ARGUMENT());
    }
  }

  @Test
  void newEpochCountsFromNothing() {
    try (LeasedArena arena = LeasedArena.take()) {
      overflowInTwoScopes(arena);
    }
    Map<String, Long> before = read();

    engram_arena_h.engram_reset_arena_metrics();

    Map<String, Long> after = read();
    assertThat(changes(before, after))
        .containsEntry("epoch", 1L)
        .containsEntry("total_resets", -2L)
        .doesNotContainKeys("struct_size_bytes", "live_arenas", "reserved_bytes");
    assertThat(after)
        .allSatisfy(
            (name, value) -> assertThat(name.startsWith("total_") && value != 0).as(name).isFalse())
        .containsEntry("struct_size_bytes", engram_stats.layout().byteSize());
  }

  @Test
  void nothingBehindTheStructIsWritten() {
    MemorySegment stats = guarded(engram_stats.layout());
    engram_stats.struct_size_bytes(stats, engram_stats.layout().byteSize());

    assertOk(engram_arena_h.engram_read_stats(stats));

    assertGuardIntact(stats, engram_stats.layout());
  }

  @Test
  void shortFormGivesThreeOfTheTotals() {
    try (LeasedArena arena = LeasedArena.take()) {
      overflowInTwoScopes(arena);
    }
    MemorySegment totals = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 3);

    assertOk(engram_arena_h.engram_arena_stats(totals, totals.asSlice(8), totals.asSlice(16)));

    assertThat(totals.toArray(ValueLayout.JAVA_LONG)).containsExactly(2, 4 + 2, 900);
  }

  static Map<String, Long> read() {
    MemorySegment stats = Arena.ofAuto().allocate(engram_stats.layout());
    engram_stats.struct_size_bytes(stats, engram_stats.layout().byteSize());
    assertOk(engram_arena_h.engram_read_stats(stats));
    return fields(stats, engram_stats.layout());
  }

  /**
   * Two outermost marks with 900 bytes, one overflow that is served and two that fail; the bytes in
   * chunks of each.
   */
  private static long overflowInTwoScopes(LeasedArena arena) {
    long chunkBytes = 0;
    for (int i = 0; i < 2; i++) {
      MemorySegment mark = arena.mark();
      assertOk(arena.allocate(900, 1));
      assertOk(arena.allocate(200_000, 1));
      for (int j = 0; j < 2; j++) {
        assertThat(arena.allocate(MAX_FALLBACK_BYTES + 1, 1))
            .isEqualTo(engram_arena_h.ENGRAM_ARENA_OVERFLOW());
      }
      chunkBytes = engram_arena.fallback_position_bytes(arena.header());
      arena.rewind(mark);
    }
    return chunkBytes;
  }
}
