package dev.engram.arena.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** An arena of the native library for one test, through the generated functions alone. */
@NullMarked
final class LeasedArena implements AutoCloseable {
  private final MemorySegment header;
  private final MemorySegment address = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
  private final MemorySegment failure = Structs.guarded(engram_failure.layout());

  private LeasedArena(MemorySegment header) {
    this.header = header;
  }

  /** An arena without open marks that follows the settings in force, its high-water mark at 0. */
  static LeasedArena take() {
    engram_arena_h.engram_reset_arena_metrics();
    MemorySegment out = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
    assertOk(engram_arena_h.engram_lease_arena(out, MemorySegment.NULL));
    LeasedArena arena = new LeasedArena(headerAt(out));
    assertOk(arena.serve());
    return arena;
  }

  /** The header that a function wrote the address of. */
  static MemorySegment headerAt(MemorySegment address) {
    return address.get(ValueLayout.ADDRESS, 0).reinterpret(engram_arena.layout().byteSize());
  }

  /** Sets the settings of all arenas, those that are not given to their defaults. */
  static int configure(long poolSizeBytes, int strategy, long maxFallbackBytes) {
    return engram_arena_h.engram_configure(settings(poolSizeBytes, strategy, maxFallbackBytes));
  }

  /** Settings to change before they are handed over, guarded. */
  static MemorySegment settings(long poolSizeBytes, int strategy, long maxFallbackBytes) {
    MemorySegment config = Structs.guarded(engram_config.layout());
    engram_config.struct_size_bytes(config, engram_config.layout().byteSize());
    engram_config.pool_size_bytes(config, poolSizeBytes);
    engram_config.max_fallback_bytes(config, maxFallbackBytes);
    engram_config.max_total_bytes(config, engram_arena_h.ENGRAM_TOTAL_BYTES_UNLIMITED());
    engram_config.overflow_strategy(config, strategy);
    engram_config.huge_pages(config, engram_arena_h.ENGRAM_HUGE_PAGES_AUTO());
    engram_config.zero_on_reset(config, 0);
    engram_config.pre_touch(config, 0);
    return config;
  }

  /** Settings under which the arenas of the process together may have one region. */
  static MemorySegment settingsWithRoomForOne(long poolSizeBytes, int strategy) {
    MemorySegment config = settings(poolSizeBytes, strategy, Long.MAX_VALUE);
    engram_config.max_total_bytes(config, poolSizeBytes);
    return config;
  }

  static void assertOk(int status) {
    assertThat(status).isEqualTo(engram_arena_h.ENGRAM_OK());
  }

  int allocate(long sizeBytes, long alignmentBytes) {
    return engram_arena_h.engram_arena_allocate(
        header, sizeBytes, alignmentBytes, address, failure);
  }

  /** Address of the last allocation. */
  long address() {
    return address.get(ValueLayout.ADDRESS, 0).address();
  }

  /** Details of the last failed allocation, guarded. */
  MemorySegment failure() {
    return failure;
  }

  /** A new mark, guarded. */
  MemorySegment mark() {
    MemorySegment mark = Structs.guarded(engram_mark.layout());
    assertOk(engram_arena_h.engram_arena_mark(header, mark, failure));
    return mark;
  }

  void rewind(MemorySegment mark) {
    assertOk(engram_arena_h.engram_arena_rewind(header, mark));
  }

  int serve() {
    return engram_arena_h.engram_arena_serve(header);
  }

  MemorySegment header() {
    return header;
  }

  Map<String, Long> fields() {
    return Structs.fields(header, engram_arena.layout());
  }

  @Override
  public void close() {
    assertOk(engram_arena_h.engram_return_arena(header));
  }
}
