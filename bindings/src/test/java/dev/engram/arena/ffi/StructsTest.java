package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static dev.engram.arena.ffi.LeasedArena.configure;
import static dev.engram.arena.ffi.LeasedArena.settings;
import static dev.engram.arena.ffi.LeasedArena.settingsWithRoomForOne;
import static dev.engram.arena.ffi.Structs.assertGuardIntact;
import static dev.engram.arena.ffi.Structs.fields;
import static dev.engram.arena.ffi.Structs.guarded;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The structs of the loaded library against the generated layouts; {@link ArenaHeaderTest} and
 * {@link StatsTest} have the two large ones.
 *
 * <p>What the library holds the structs to be is learned from what it does, not from the header:
 * each test brings about a known state, in which the values of neighbours differ, and compares all
 * fields that the generated layout has. The bytes behind the struct must stay as they were. So a
 * size, an offset, an order or a width that differs shows, and a field that is new in the header
 * fails the tests until they know what it means.
 */
@NullMarked
class StructsTest {
  private static final long POOL_BYTES = 128 << 10;
  private static final long MAX_FALLBACK_BYTES = 10 << 20;

  @BeforeAll
  static void loadLibrary() {
    NativeLibrary.load(MethodHandles.lookup());
  }

  @BeforeEach
  void configureErrorReturn() {
    assertOk(
        configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN(), MAX_FALLBACK_BYTES));
  }

  @Test
  void failureSaysWhatWasAskedAndWhatWasLeft() {
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment mark = arena.mark();
      assertOk(arena.allocate(1000, 1));

      assertThat(arena.allocate(200_000, 1)).isEqualTo(engram_arena_h.ENGRAM_ARENA_OVERFLOW());

      assertThat(fields(arena.failure(), engram_failure.layout()))
          .isEqualTo(
              Map.of(
                  "status",
                  (long) engram_arena_h.ENGRAM_ARENA_OVERFLOW(),
                  "system_error",
                  0L,
                  "requested_bytes",
                  200_000L,
                  "available_bytes",
                  POOL_BYTES - 1000,
                  "capacity_bytes",
                  POOL_BYTES));
      assertGuardIntact(arena.failure(), engram_failure.layout());
      arena.rewind(mark);
    }
  }

  @Test
  void failureCarriesTheErrorNumberOfTheSystem() {
    int outOfMemory = 12;
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), Long.MAX_VALUE));
    try (LeasedArena arena = LeasedArena.take()) {
      long beyondTheAddressSpace = 1L << 57;

      assertThat(arena.allocate(beyondTheAddressSpace, 1))
          .isEqualTo(engram_arena_h.ENGRAM_SYSTEM_ERROR());

      assertThat(engram_failure.status(arena.failure()))
          .isEqualTo(engram_arena_h.ENGRAM_SYSTEM_ERROR());
      assertThat(engram_failure.system_error(arena.failure())).isEqualTo(outOfMemory);
    }
  }

  @Test
  void configIsReadAsItWasSet() {
    MemorySegment set = settings(1L << 21, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), 3L << 32);
    engram_config.max_total_bytes(set, 5L << 32);
    engram_config.huge_pages(set, engram_arena_h.ENGRAM_HUGE_PAGES_EXPLICIT());
    engram_config.zero_on_reset(set, 1);
    assertOk(engram_arena_h.engram_configure(set));
    MemorySegment config = guarded(engram_config.layout());
    engram_config.struct_size_bytes(config, engram_config.layout().byteSize());

    assertOk(engram_arena_h.engram_read_config(config));

    assertThat(fields(config, engram_config.layout()))
        .isEqualTo(
            Map.of(
                "struct_size_bytes",
                engram_config.layout().byteSize(),
                "pool_size_bytes",
                1L << 21,
                "max_fallback_bytes",
                3L << 32,
                "max_total_bytes",
                5L << 32,
                "overflow_strategy",
                (long) engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(),
                "huge_pages",
                (long) engram_arena_h.ENGRAM_HUGE_PAGES_EXPLICIT(),
                "zero_on_reset",
                1L,
                "pre_touch",
                0L));
    assertGuardIntact(config, engram_config.layout());
    // Setting and reading could agree in a wrong order of fields. The arena has its own from the
    // right ones.
    try (LeasedArena arena = LeasedArena.take()) {
      assertThat(arena.fields())
          .containsEntry("capacity_bytes", 1L << 21)
          .containsEntry("overflow_strategy", 2L)
          .containsEntry("zero_on_reset", 1L);
    }
  }

  @Test
  void theLastSwitchOfTheConfigIsPreTouch() {
    MemorySegment config =
        settings(1L << 22, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN(), MAX_FALLBACK_BYTES);
    engram_config.huge_pages(config, engram_arena_h.ENGRAM_HUGE_PAGES_OFF());
    engram_config.pre_touch(config, 1);
    assertOk(engram_arena_h.engram_configure(config));

    try (LeasedArena arena = LeasedArena.take()) {
      assertThat(arena.fields())
          .containsEntry("capacity_bytes", 1L << 22)
          .containsEntry("zero_on_reset", 0L);
      assertThat(StatsTest.read().get("touched_bytes")).isGreaterThanOrEqualTo(1L << 22);
    }
  }

  @Test
  void switchesThatAreNeitherOnNorOffAreRefused() {
    MemorySegment config =
        settings(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN(), MAX_FALLBACK_BYTES);
    engram_config.zero_on_reset(config, 2);
    assertThat(engram_arena_h.engram_configure(config))
        .isEqualTo(engram_arena_h.ENGRAM_INVALID_ARGUMENT());
    engram_config.zero_on_reset(config, 0);
    engram_config.pre_touch(config, -1);
    assertThat(engram_arena_h.engram_configure(config))
        .isEqualTo(engram_arena_h.ENGRAM_INVALID_ARGUMENT());
    engram_config.pre_touch(config, 0);
    assertOk(engram_arena_h.engram_configure(config));
  }

  @ParameterizedTest
  @ValueSource(longs = {-8, -4, -1, 1, 4, 8})
  void structOfAnotherSizeIsRefused(long difference) {
    int refused = engram_arena_h.ENGRAM_INVALID_ARGUMENT();
    MemorySegment config = guarded(engram_config.layout());
    engram_config.struct_size_bytes(config, engram_config.layout().byteSize() + difference);
    MemorySegment stats = guarded(engram_stats.layout());
    engram_stats.struct_size_bytes(stats, engram_stats.layout().byteSize() + difference);

    assertThat(engram_arena_h.engram_read_config(config)).isEqualTo(refused);
    assertThat(engram_arena_h.engram_configure(config)).isEqualTo(refused);
    assertThat(engram_arena_h.engram_read_stats(stats)).isEqualTo(refused);
  }

  @Test
  void failureOfAnExhaustedPoolSaysWhatARegionNeeds() {
    int errorReturn = engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN();
    assertOk(engram_arena_h.engram_configure(settingsWithRoomForOne(POOL_BYTES, errorReturn)));
    MemorySegment failure = guarded(engram_failure.layout());
    MemorySegment address = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
    try (LeasedArena arena = LeasedArena.take()) {
      assertThat(engram_arena.capacity_bytes(arena.header())).isEqualTo(POOL_BYTES);
      assertOk(arena.allocate(1, 1)); // idle, it would give way

      assertThat(engram_arena_h.engram_lease_arena(address, failure))
          .isEqualTo(engram_arena_h.ENGRAM_POOL_EXHAUSTED());

      assertThat(fields(failure, engram_failure.layout()))
          .isEqualTo(
              Map.of(
                  "status",
                  (long) engram_arena_h.ENGRAM_POOL_EXHAUSTED(),
                  "system_error",
                  0L,
                  "requested_bytes",
                  POOL_BYTES,
                  "available_bytes",
                  0L,
                  "capacity_bytes",
                  0L));
      assertGuardIntact(failure, engram_failure.layout());
    }
  }

  @Test
  void markRemembersBothPositions() {
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), MAX_FALLBACK_BYTES));
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment outer = arena.mark();
      assertOk(arena.allocate(1000, 1));
      assertOk(arena.allocate(200_000, 1));
      MemorySegment inner = arena.mark();

      assertThat(fields(outer, engram_mark.layout()))
          .isEqualTo(Map.of("offset_bytes", 0L, "fallback_position_bytes", 0L));
      assertThat(engram_arena.fallback_position_bytes(arena.header())).isGreaterThan(200_000);
      assertThat(fields(inner, engram_mark.layout()))
          .isEqualTo(
              Map.of(
                  "offset_bytes",
                  1000L,
                  "fallback_position_bytes",
                  engram_arena.fallback_position_bytes(arena.header())));
      assertGuardIntact(inner, engram_mark.layout());
      arena.rewind(inner);
      arena.rewind(outer);
    }
  }
}
