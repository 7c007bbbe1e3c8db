package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static dev.engram.arena.ffi.LeasedArena.configure;
import static dev.engram.arena.ffi.Structs.assertGuardIntact;
import static dev.engram.arena.ffi.Structs.fields;
import static dev.engram.arena.ffi.Structs.guarded;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The list of arenas as the generated layout reads it, after a known number of everything. */
@NullMarked
class ArenaListTest {
  private static final long POOL_BYTES = 128 << 10;
  private static final long MAX_FALLBACK_BYTES = 10 << 20;
  private static final long SIZE = engram_arena_usage.layout().byteSize();
  private static final int ROOM = 1000;

  @BeforeAll
  static void loadLibrary() {
    NativeLibrary.load(MethodHandles.lookup());
  }

  @Test
  void eachFieldIsThatOfTheArena() {
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), MAX_FALLBACK_BYTES));
    try (LeasedArena arena = LeasedArena.take()) {
      for (int i = 0; i < 3; i++) {
        MemorySegment mark = arena.mark();
        assertOk(arena.allocate(900, 1));
        arena.rewind(mark);
      }
      MemorySegment outer = arena.mark();
      MemorySegment inner = arena.mark();
      assertOk(arena.allocate(500, 1));
      assertOk(arena.allocate(200_000, 1));
      for (int i = 0; i < 2; i++) {
        assertThat(arena.allocate(MAX_FALLBACK_BYTES + 1, 1))
            .isEqualTo(engram_arena_h.ENGRAM_ARENA_OVERFLOW());
      }

      Map<String, Long> usage = usageOf(arena.header());

      assertThat(usage)
          .isEqualTo(
              Map.ofEntries(
                  entry("header", arena.header().address()),
                  entry("slot", usage.getOrDefault("slot", -1L)),
                  entry("use", (long) engram_arena_h.ENGRAM_ARENA_LEASED()),
                  entry("depth", 2L),
                  entry("capacity_bytes", POOL_BYTES),
                  entry("used_bytes", 500L),
                  entry("high_water_mark_bytes", 900L),
                  entry(
                      "used_fallback_bytes", engram_arena.fallback_position_bytes(arena.header())),
                  entry("reset_count", 3L),
                  entry("overflow_error_count", 2L),
                  entry("overflow_fallback_count", 1L)));
      assertThat(usage.get("slot")).isBetween(0L, (long) ROOM);
      arena.rewind(inner);
      arena.rewind(outer);
    }
  }

  @Test
  void useSaysWhoseAnArenaIs() {
    MemorySegment own = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
    assertOk(engram_arena_h.engram_thread_arena(own, MemorySegment.NULL));
    assertThat(usageOf(LeasedArena.headerAt(own)))
        .containsEntry("use", (long) engram_arena_h.ENGRAM_ARENA_OWNED());

    LeasedArena arena = LeasedArena.take();
    MemorySegment out = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
    assertOk(engram_arena_h.engram_quarantine_arena(arena.header(), out, MemorySegment.NULL));
    MemorySegment aside = LeasedArena.headerAt(out);
    assertThat(usageOf(aside))
        .containsEntry("use", (long) engram_arena_h.ENGRAM_ARENA_QUARANTINED());
    assertOk(engram_arena_h.engram_release_quarantined(aside));
    assertThat(list()).noneMatch(usage -> usage.getOrDefault("header", 0L) == aside.address());

    arena.close();
    assertThat(usageOf(arena.header()))
        .containsEntry("use", (long) engram_arena_h.ENGRAM_ARENA_POOLED());
  }

  @Test
  void anOutputThatIsTooSmallIsToldHowManyThereAre() {
    try (LeasedArena one = LeasedArena.take();
        LeasedArena other = LeasedArena.take()) {
      assertThat(one.header()).isNotEqualTo(other.header());
      MemorySegment count = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
      MemorySegment usage = guarded(engram_arena_usage.layout());

      assertThat(engram_arena_h.engram_list_arenas(SIZE, usage, 1, count))
          .isEqualTo(engram_arena_h.ENGRAM_OUTPUT_TOO_SMALL());

      assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(list().size());
      assertGuardIntact(usage, engram_arena_usage.layout());
      assertThat(engram_arena_h.engram_list_arenas(SIZE, MemorySegment.NULL, 0, count))
          .isEqualTo(engram_arena_h.ENGRAM_OUTPUT_TOO_SMALL());
    }
  }

  @Test
  void whatIsMissingOrOfAnotherSizeIsRefused() {
    int refused = engram_arena_h.ENGRAM_INVALID_ARGUMENT();
    MemorySegment count = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
    MemorySegment usage = guarded(engram_arena_usage.layout());
    for (long size : new long[] {0, SIZE - 8, SIZE + 8}) {
      assertThat(engram_arena_h.engram_list_arenas(size, usage, 1, count)).isEqualTo(refused);
    }
    assertThat(engram_arena_h.engram_list_arenas(SIZE, MemorySegment.NULL, 1, count))
        .isEqualTo(refused);
    assertThat(engram_arena_h.engram_list_arenas(SIZE, usage, 1, MemorySegment.NULL))
        .isEqualTo(refused);
  }

  private static Map<String, Long> usageOf(MemorySegment header) {
    return list().stream()
        .filter(usage -> usage.getOrDefault("header", 0L) == header.address())
        .findFirst()
        .orElseThrow();
  }

  private static List<Map<String, Long>> list() {
    MemorySegment usages =
        Arena.ofAuto().allocate(MemoryLayout.sequenceLayout(ROOM, engram_arena_usage.layout()));
    MemorySegment count = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
    assertOk(engram_arena_h.engram_list_arenas(SIZE, usages, ROOM, count));
    List<Map<String, Long>> list = new ArrayList<>();
    for (int i = 0; i < count.get(ValueLayout.JAVA_LONG, 0); i++) {
      list.add(fields(engram_arena_usage.asSlice(usages, i), engram_arena_usage.layout()));
    }
    return list;
  }
}
