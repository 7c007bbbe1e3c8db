package dev.engram.arena.ffi;

import static dev.engram.arena.ffi.LeasedArena.assertOk;
import static dev.engram.arena.ffi.LeasedArena.configure;
import static dev.engram.arena.ffi.LeasedArena.settings;
import static dev.engram.arena.ffi.LeasedArena.settingsWithRoomForOne;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The constants of the header against what the loaded library makes of them: each limit from both
 * of its sides.
 */
@NullMarked
class ConstantsTest {
  private static final int OK = 0;
  private static final int INVALID_ARGUMENT = 1;
  private static final long POOL_BYTES = 4 << 20;

  @BeforeAll
  static void loadLibrary() {
    NativeLibrary.load(MethodHandles.lookup());
  }

  @Test
  void abiVersionIsThatOfTheLibrary() {
    assertThat(engram_arena_h.engram_abi_version()).isEqualTo(engram_arena_h.ENGRAM_ABI_VERSION());
  }

  @Test
  void eachStatusIsReturnedForItsReason() {
    int errorReturn = engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN();

    assertThat(configure(POOL_BYTES, errorReturn, 0)).isEqualTo(engram_arena_h.ENGRAM_OK());
    assertThat(configure(0, errorReturn, 0)).isEqualTo(engram_arena_h.ENGRAM_INVALID_ARGUMENT());
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment mark = arena.mark();
      assertThat(arena.allocate(POOL_BYTES + 1, 1))
          .isEqualTo(engram_arena_h.ENGRAM_ARENA_OVERFLOW());
      assertThat(arena.serve()).isEqualTo(engram_arena_h.ENGRAM_ARENA_IN_USE());
      arena.rewind(mark);
    }
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), Long.MAX_VALUE));
    try (LeasedArena arena = LeasedArena.take()) {
      long beyondTheAddressSpace = 1L << 57;
      assertThat(arena.allocate(beyondTheAddressSpace, 1))
          .isEqualTo(engram_arena_h.ENGRAM_SYSTEM_ERROR());
    }
    assertOk(engram_arena_h.engram_configure(settingsWithRoomForOne(POOL_BYTES, errorReturn)));
    try (LeasedArena arena = LeasedArena.take()) {
      assertOk(arena.allocate(1, 1)); // idle, it would give way
      assertThat(statusOfLease()).isEqualTo(engram_arena_h.ENGRAM_POOL_EXHAUSTED());
    }
  }

  /** As many as there are, and the first one past the last is refused. */
  @Test
  void hugePagesAreFourChoices() {
    for (int choice :
        new int[] {
          engram_arena_h.ENGRAM_HUGE_PAGES_AUTO(),
          engram_arena_h.ENGRAM_HUGE_PAGES_OFF(),
          engram_arena_h.ENGRAM_HUGE_PAGES_TRANSPARENT(),
          engram_arena_h.ENGRAM_HUGE_PAGES_EXPLICIT()
        }) {
      assertThat(configureHugePages(choice)).isEqualTo(OK);
    }
    assertThat(configureHugePages(4)).isEqualTo(INVALID_ARGUMENT);
    assertThat(configureHugePages(-1)).isEqualTo(INVALID_ARGUMENT);
  }

  @Test
  void explicitHugePagesThatAreNotSetAsideAreNamedInTheStats() throws Exception {
    long setAside = Long.parseLong(Files.readString(Path.of("/proc/sys/vm/nr_hugepages")).strip());
    assumeTrue(setAside == 0, "needs a system without huge pages set aside");
    long outOfMemory = 12;

    assertOk(configureHugePages(engram_arena_h.ENGRAM_HUGE_PAGES_TRANSPARENT()));
    LeasedArena.take().close();
    assertThat(StatsTest.read()).containsEntry("huge_pages_error", 0L);
    assertOk(configureHugePages(engram_arena_h.ENGRAM_HUGE_PAGES_EXPLICIT()));
    LeasedArena.take().close();
    assertThat(StatsTest.read())
        .containsEntry("huge_pages_error", outOfMemory)
        .containsEntry("failed_remap_error", 0L);
  }

  @Test
  void noLimitIsMoreThanAnyLimit() {
    int errorReturn = engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN();
    assertOk(engram_arena_h.engram_configure(settingsWithRoomForOne(POOL_BYTES, errorReturn)));
    try (LeasedArena one = LeasedArena.take()) {
      assertOk(one.allocate(1, 1)); // idle, it would give way
      assertThat(statusOfLease()).isEqualTo(engram_arena_h.ENGRAM_POOL_EXHAUSTED());
      MemorySegment unlimited = settingsWithRoomForOne(POOL_BYTES, errorReturn);
      engram_config.max_total_bytes(unlimited, engram_arena_h.ENGRAM_TOTAL_BYTES_UNLIMITED());
      assertOk(engram_arena_h.engram_configure(unlimited));
      assertThat(statusOfLease()).isEqualTo(OK);
    }
  }

  @Test
  void requestOfTheCallerIsABitThatNativeCodeNeverSets() {
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment mark = arena.mark();
      engram_arena_h.engram_reset_arena_metrics();
      assertOk(engram_arena_h.engram_reset_arenas());
      engram_arena_h.engram_trim_arenas();
      assertOk(configure(2 * POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), 1));
      int requests = engram_arena.requests(arena.header());
      arena.rewind(mark);

      assertThat(requests).isNotZero();
      assertThat(Integer.bitCount(engram_arena_h.ENGRAM_REQUEST_OF_CALLER())).isEqualTo(1);
      assertThat(requests & engram_arena_h.ENGRAM_REQUEST_OF_CALLER()).isZero();
    }
  }

  /** The third strategy ends the process; its value is the one that is left, of three. */
  @Test
  void overflowStrategiesDoWhatTheirNamesSay() {
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN(), 1 << 30));
    assertThat(statusOfOverflow()).isEqualTo(engram_arena_h.ENGRAM_ARENA_OVERFLOW());
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), 1 << 30));
    assertThat(statusOfOverflow()).isEqualTo(engram_arena_h.ENGRAM_OK());
    assertThat(engram_arena_h.ENGRAM_OVERFLOW_PANIC())
        .isNotEqualTo(engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN())
        .isNotEqualTo(engram_arena_h.ENGRAM_OVERFLOW_FALLBACK());
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_PANIC(), 0));
    assertThat(configure(POOL_BYTES, 3, 0)).isEqualTo(INVALID_ARGUMENT);
    assertThat(configure(POOL_BYTES, -1, 0)).isEqualTo(INVALID_ARGUMENT);
  }

  @Test
  void poolSizeLimitsAreThoseOfTheLibrary() {
    int strategy = engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN();
    long min = engram_arena_h.ENGRAM_POOL_SIZE_BYTES_MIN();
    long max = engram_arena_h.ENGRAM_POOL_SIZE_BYTES_MAX();

    assertThat(configure(min, strategy, 0)).isEqualTo(OK);
    assertThat(configure(min - 1, strategy, 0)).isEqualTo(INVALID_ARGUMENT);
    // The system has not that much, but the size as such is considered.
    assertThat(configure(max, strategy, 0)).isNotEqualTo(INVALID_ARGUMENT);
    assertThat(configure(max + 1, strategy, 0)).isEqualTo(INVALID_ARGUMENT);
  }

  @Test
  void alignmentLimitIsThatOfTheLibrary() {
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN(), 0));
    long max = engram_arena_h.ENGRAM_ALIGNMENT_BYTES_MAX();
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment mark = arena.mark();

      assertOk(arena.allocate(1, max));
      assertThat(arena.address() % max).isZero();
      assertThat(arena.allocate(1, 2 * max)).isEqualTo(INVALID_ARGUMENT);
      arena.rewind(mark);
    }
  }

  @Test
  void smallestChunkIsThatOfTheLibrary() {
    long chunkBytes = engram_arena_h.ENGRAM_CHUNK_BYTES_MIN();

    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), chunkBytes - 1));
    assertThat(statusOfOverflow()).isEqualTo(engram_arena_h.ENGRAM_ARENA_OVERFLOW());
    assertOk(configure(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_FALLBACK(), chunkBytes));
    assertThat(statusOfOverflow()).isEqualTo(engram_arena_h.ENGRAM_OK());
  }

  @Test
  void poolSizeInMebibytesIsThatInBytes() {
    assertOk(
        engram_arena_h.engram_configure_arena(3, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN()));
    MemorySegment config = Arena.ofAuto().allocate(engram_config.layout());
    engram_config.struct_size_bytes(config, engram_config.layout().byteSize());

    assertOk(engram_arena_h.engram_read_config(config));

    assertThat(engram_config.pool_size_bytes(config)).isEqualTo(3 << 20);
  }

  private static int configureHugePages(int choice) {
    MemorySegment config =
        settings(POOL_BYTES, engram_arena_h.ENGRAM_OVERFLOW_ERROR_RETURN(), 1 << 30);
    engram_config.huge_pages(config, choice);
    return engram_arena_h.engram_configure(config);
  }

  /** What a lease comes to, which is given back at once. */
  private static int statusOfLease() {
    MemorySegment address = Arena.ofAuto().allocate(ValueLayout.ADDRESS);
    int status = engram_arena_h.engram_lease_arena(address, MemorySegment.NULL);
    if (status == OK) {
      assertOk(engram_arena_h.engram_return_arena(LeasedArena.headerAt(address)));
    }
    return status;
  }

  /** What an allocation of one byte comes to in an arena that has nothing left. */
  private static int statusOfOverflow() {
    try (LeasedArena arena = LeasedArena.take()) {
      MemorySegment mark = arena.mark();
      assertOk(arena.allocate(POOL_BYTES, 1));
      int status = arena.allocate(1, 1);
      arena.rewind(mark);
      return status;
    }
  }
}
