package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static dev.engram.arena.ffi.LeasedArena.configure;
import static dev.engram.arena.ffi.Structs.assertGuardIntact;
import static dev.engram.arena.ffi.Structs.fields;
import static dev.engram.arena.ffi.Structs.guarded;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
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
    assertOk(configure(1L << 21, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), 3L << 32));
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
                "overflow_strategy",
                (long) engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(),
                "reserved",
                0L));
    assertGuardIntact(config, engram_config.layout());
    // Setting and reading could agree in a wrong order of fields. The arena has the size from the
    // right one.
    try (LeasedArena arena = LeasedArena.take()) {
      assertThat(arena.fields()).containsEntry("capacity_bytes", 1L << 21);
    }
  }

  @Test
  void reservedFieldOfTheConfigMustBeZero() {
    MemorySegment config = guarded(engram_config.layout());
    engram_config.struct_size_bytes(config, engram_config.layout().byteSize());
    assertOk(engram_arena_h.engram_read_config(config));
    engram_config.reserved(config, 1);

    assertThat(engram_arena_h.engram_configure(config))
        .isEqualTo(engram_arena_h.ENGRAM_INVALID_ARGUMENT());
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
