package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static dev.engram.arena.ffi.LeasedArena.configure;
import static dev.engram.arena.ffi.LeasedArena.settings;
import static dev.engram.arena.ffi.Structs.fields;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The header that Java writes and native code reads, against its generated layout. After each call
 * all fields are compared with those before: those that the call has to change changed by as much
 * as it has to, and no other did.
 */
@NullMarked
class ArenaHeaderTest {
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

  /**
   * What native code changed between two readings. The number that says that it did is another one,
   * whatever it is.
   */
  private static Map<String, Long> changes(Map<String, Long> before, Map<String, Long> after) {
    Map<String, Long> changes = Structs.changes(before, after);
    assertThat(changes).containsKey("revision");
    changes.remove("revision");
    return changes;
  }

  @Test
  void headerHasAPairOfCacheLinesOfItsOwn() {
    try (LeasedArena one = LeasedArena.take();
        LeasedArena other = LeasedArena.take()) {
      assertThat(engram_arena.layout().byteSize()).isEqualTo(128);
      assertThat(one.header().address() % 128).isZero();
      assertThat(Math.abs(one.header().address() - other.header().address()))
          .isGreaterThanOrEqualTo(128);
    }
  }

  @Test
  void allocationsAndMarksAreFollowed() {
    try (LeasedArena arena = LeasedArena.take()) {
      Map<String, Long> atFirst = arena.fields();
      MemorySegment outer = arena.mark();
      assertThat(changes(atFirst, arena.fields()))
          .isEqualTo(Map.of("depth", 1L, "scope_count", 1L));

      assertOk(arena.allocate(1000, 1));
      assertThat(arena.address()).isEqualTo(engram_arena.base(arena.header()).address());
      MemorySegment inner = arena.mark();
      assertOk(arena.allocate(300, 1));
      Map<String, Long> beforeInnerRewind = arena.fields();
      assertThat(changes(atFirst, beforeInnerRewind))
          .isEqualTo(Map.of("offset_bytes", 1300L, "depth", 2L, "scope_count", 2L));

      arena.rewind(inner);
      Map<String, Long> afterInnerRewind = arena.fields();
      assertThat(changes(beforeInnerRewind, afterInnerRewind))
          .isEqualTo(
              Map.of(
                  "offset_bytes", -300L,
                  "high_water_mark_bytes", 1300L,
                  "depth", -1L,
                  "used_since_reset", 1L,
                  "allocated_bytes", 300L));

      arena.rewind(outer);
      assertThat(changes(afterInnerRewind, arena.fields()))
          .isEqualTo(
              Map.of(
                  "offset_bytes", -1000L,
                  "depth", -1L,
                  "used_since_reset", -1L,
                  "reset_count", 1L,
                  "allocated_bytes", 1000L));
    }
  }

  @Test
  void overflowThatFailsIsCounted() {
    try (LeasedArena arena = LeasedArena.take()) {
      Map<String, Long> before = arena.fields();

      assertThat(arena.allocate(200_000, 1)).isEqualTo(engram_arena_h.ENGRAM_ARENA_OVERFLOW());

      assertThat(changes(before, arena.fields())).isEqualTo(Map.of("overflow_error_count", 1L));
    }
  }

  @Test
  void overflowThatIsServedIsCountedAndRewound() {
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), MAX_FALLBACK_BYTES));
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment mark = arena.mark();
      Map<String, Long> before = arena.fields();

      assertOk(arena.allocate(200_000, 1));

      Map<String, Long> after = arena.fields();
      assertThat(changes(before, after))
          .containsOnlyKeys(
              "fallback_position_bytes", "overflow_fallback_count", "overflow_fallback_bytes")
          .containsEntry("overflow_fallback_count", 1L)
          .containsEntry("overflow_fallback_bytes", 200_000L);
      long position = engram_arena.fallback_position_bytes(arena.header());
      arena.rewind(mark);
      assertThat(changes(after, arena.fields()))
          .isEqualTo(
              Map.of(
                  "fallback_position_bytes",
                  -position,
                  "depth",
                  -1L,
                  "reset_count",
                  1L,
                  "allocated_bytes",
                  position));
    }
  }

  @Test
  void requestsWaitUntilTheOwnerServesThem() {
    try (LeasedArena arena = LeasedArena.take()) {
      Map<String, Long> before = arena.fields();

      engram_arena_h.engram_reset_arena_metrics();
      assertThat(Structs.changes(before, arena.fields())).containsOnlyKeys("requests");
      assertOk(arena.serve());
      assertThat(changes(before, arena.fields())).isEqualTo(Map.of("epoch", 1L));

      assertOk(configure(POOL_BYTES + 4096, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), 0));
      Map<String, Long> asked = arena.fields();
      long requests = engram_arena.requests(arena.header());
      assertOk(arena.serve());
      assertThat(changes(asked, arena.fields()))
          .containsOnlyKeys("requests", "base", "capacity_bytes", "overflow_strategy")
          .containsEntry("requests", -requests)
          .containsEntry("capacity_bytes", 4096L)
          .containsEntry("overflow_strategy", 1L);
    }
  }

  @Test
  void wipingIsTakenOnAsTheOtherSettingsAre() {
    try (LeasedArena arena = LeasedArena.take()) {
      Map<String, Long> before = arena.fields();
      MemorySegment config =
          settings(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN(), MAX_FALLBACK_BYTES);
      engram_config.zero_on_reset(config, 1);
      assertOk(engram_arena_h.engram_configure(config));
      assertOk(arena.serve());

      assertThat(changes(before, arena.fields())).containsEntry("zero_on_reset", 1L);
    }
  }

  @Test
  void requestsAndRevisionAreOneWord() {
    long requests = engram_arena.requests$offset();

    assertThat(requests % 8).isZero();
    assertThat(engram_arena.revision$offset()).isEqualTo(requests + 4);
  }

  @Test
  void marksThatAThreadLeftOpenAreCountedWhenItHasEnded() throws Exception {
    EndedThread thread = EndedThread.run(3);

    assertThat(changes(thread.fields(), fields(thread.header(), engram_arena.layout())))
        .isEqualTo(
            Map.of(
                "base",
                -thread.fields().getOrDefault("base", 0L),
                "capacity_bytes",
                -POOL_BYTES,
                "depth",
                -3L,
                "abandoned_count",
                3L));
  }
}
