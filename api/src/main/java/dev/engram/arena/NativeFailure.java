package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_failure;
import java.lang.foreign.MemorySegment;

/** Makes exceptions of {@code engram_failure}. */
final class NativeFailure {
  private NativeFailure() {}

  /** Why an arena, or a region for one that lost its own, could not be had. */
  static ArenaOverflowException region(MemorySegment failure) {
    long bytes = engram_failure.requested_bytes(failure);
    return exception(
        failure,
        engram_failure.status(failure) == engram_arena_h.ENGRAM_POOL_EXHAUSTED()
            ? poolExhausted(bytes)
            : "The system refused to reserve an arena of %d bytes: %s. A smaller pool may fit (%s)"
                .formatted(bytes, systemError(failure), Setting.POOL_SIZE.names()));
  }

  /** Why an allocation failed in an arena with that {@code engram_overflow_strategy}. */
  static ArenaOverflowException allocation(MemorySegment failure, int overflowStrategy) {
    String why;
    if (engram_failure.status(failure) == engram_arena_h.ENGRAM_SYSTEM_ERROR()) {
      why = "The system, not the arena, refused memory to serve it: " + systemError(failure);
    } else if (overflowStrategy == engram_arena_h.ENGRAM_OVERFLOW_FALLBACK()) {
      why =
          ("It is too large for what is left of the process's fallback memory, too. Raise the pool"
                  + " size (%s), the bound on fallback memory (%s) or the bound on all memory (%s)")
              .formatted(
                  Setting.POOL_SIZE.names(),
                  Setting.MAX_FALLBACK.names(),
                  Setting.MAX_TOTAL.names());
    } else {
      why =
          ("Raise the pool size (%s), or have such allocations served from the system, by the"
                  + " strategy fallback (%s)")
              .formatted(Setting.POOL_SIZE.names(), Setting.OVERFLOW.names());
    }
    return exception(failure, what(failure) + why);
  }

  private static String poolExhausted(long regionBytes) {
    return ("The pool of arenas is empty, not an arena: all arenas of the process together may hold %d"
            + " bytes, another one needs %d, and no idle one has as much to give. Raise the bound"
            + " on all memory (%s), choose a smaller pool size (%s), hold fewer scopes open at a"
            + " time, or have allocations served from the system, by the strategy fallback (%s)")
        .formatted(
            NativeConfig.read(AbandonedScopes.OFF).maxTotalBytes(),
            regionBytes,
            Setting.MAX_TOTAL.names(),
            Setting.POOL_SIZE.names(),
            Setting.OVERFLOW.names());
  }

  private static String what(MemorySegment failure) {
    long capacityBytes = engram_failure.capacity_bytes(failure);
    return capacityBytes == 0
        ? "An allocation of %d bytes has no arena to fit into: the pool of arenas is empty (%s). "
            .formatted(engram_failure.requested_bytes(failure), Setting.MAX_TOTAL.names())
        : "An allocation of %d bytes does not fit the arena: %d of its %d bytes are left. "
            .formatted(
                engram_failure.requested_bytes(failure),
                engram_failure.available_bytes(failure),
                capacityBytes);
  }

  private static ArenaOverflowException exception(MemorySegment failure, String message) {
    return new ArenaOverflowException(
        message,
        engram_failure.requested_bytes(failure),
        engram_failure.available_bytes(failure),
        engram_failure.capacity_bytes(failure));
  }

  private static String systemError(MemorySegment failure) {
    return SystemError.ofMapping(engram_failure.system_error(failure));
  }
}
