package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Named.named;

import dev.engram.arena.ffi.engram_arena;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_config;
import dev.engram.arena.ffi.engram_stats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What jextract generates, called with a scope in the place of {@code Arena.ofConfined()}: the same
 * calls come to the same with either. The control is {@link #memoryOfALongerLifeIsSeen}.
 */
@ExtendWith(DefaultConfiguration.class)
class GeneratedCodeTest {
  private static final int OK = engram_arena_h.ENGRAM_OK();

  static Stream<Named<Supplier<Arena>>> arenas() {
    return Stream.of(
        named("a scope", ArenaControl::openScope), named("Arena.ofConfined()", Arena::ofConfined));
  }

  @ParameterizedTest
  @MethodSource("arenas")
  void structsAreAllocatedForCalls(Supplier<Arena> arenas) {
    MemorySegment config;
    try (Arena arena = arenas.get()) {
      config = engram_config.allocate(arena);
      assertThat(engram_config.pool_size_bytes(config)).isZero();
      engram_config.struct_size_bytes(config, engram_config.sizeof());
      assertThat(engram_arena_h.engram_read_config(config)).isEqualTo(OK);
      assertThat(engram_config.pool_size_bytes(config))
          .isEqualTo(ArenaControl.config().poolSizeBytes());
    }
    assertThat(isDead(config)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("arenas")
  void arraysOfStructsAreAllocatedForCalls(Supplier<Arena> arenas) {
    MemorySegment first;
    try (Arena arena = arenas.get()) {
      MemorySegment array = engram_stats.allocateArray(2, arena);
      first = engram_stats.asSlice(array, 0);
      MemorySegment second = engram_stats.asSlice(array, 1);
      engram_stats.struct_size_bytes(second, engram_stats.sizeof());
      assertThat(engram_arena_h.engram_read_stats(second)).isEqualTo(OK);
      assertThat(engram_stats.live_arenas(second)).isEqualTo(ArenaControl.stats().liveArenas());
      assertThat(engram_stats.struct_size_bytes(first)).isZero();
    }
    assertThat(isDead(first)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("arenas")
  void memoryThatNativeCodeReturnedLivesAsLongAsTheArena(Supplier<Arena> arenas) {
    ArenaControl.openScope().close();
    MemorySegment returned = engram_arena_h.engram_thread_arena_if_any();
    List<MemorySegment> cleanedUp = new ArrayList<>();
    MemorySegment header;
    try (Arena arena = arenas.get()) {
      header = engram_arena.reinterpret(returned, arena, cleanedUp::add);
      assertThat(engram_arena.capacity_bytes(header))
          .isEqualTo(ArenaControl.threadStats().orElseThrow().capacityBytes());
      assertThat(cleanedUp).isEmpty();
    }
    assertThat(cleanedUp)
        .singleElement()
        .extracting(MemorySegment::address)
        .isEqualTo(returned.address());
    assertThatIllegalStateException().isThrownBy(() -> engram_arena.capacity_bytes(header));
  }

  @Test
  void memoryOfALongerLifeIsSeen() {
    MemorySegment config;
    try (ArenaScope scope = ArenaControl.openScope()) {
      assertThat(scope.allocate(8).byteSize()).isEqualTo(8);
      config = engram_config.allocate(Arena.ofAuto());
    }
    assertThat(isDead(config)).isFalse();
  }

  private static boolean isDead(MemorySegment segment) {
    try {
      segment.get(ValueLayout.JAVA_BYTE, 0);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
