package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_failure;
import java.lang.foreign.MemorySegment;

/** Makes exceptions of {@code engram_failure}. */
final class NativeFailure {
  private NativeFailure() {}

  /** Why an arena could not be made. */
  static ArenaOverflowException region(MemorySegment failure) {
    return exception(
        failure,
        "The system refused to reserve an arena of %d bytes: %s. A smaller pool may fit (%s)"
            .formatted(
                engram_failure.requested_bytes(failure),
                systemError(failure),
                Setting.POOL_SIZE.names()));
  }

  /** Why an allocation failed in an arena with that {@code engram_overflow_strategy}. */
  static ArenaOverflowException allocation(MemorySegment failure, int overflowStrategy) {
    String what =
        "An allocation of %d bytes does not fit the arena: %d of its %d bytes are left. "
            .formatted(
                engram_failure.requested_bytes(failure),
                engram_failure.available_bytes(failure),
                engram_failure.capacity_bytes(failure));
    String why;
    if (engram_failure.status(failure) == engram_arena_h.ENGRAM_SYSTEM_ERROR()) {
      why = "The system, not the arena, refused memory to serve it: " + systemError(failure);
    } else if (overflowStrategy == engram_arena_h.ENGRAM_OVERFLOW_FALLBACK()) {
      why =
          ("It is too large for what is left of the process's fallback memory, too. Raise the pool"
                  + " size (%s) or the bound on fallback memory (%s)")
              .formatted(Setting.POOL_SIZE.names(), Setting.MAX_FALLBACK.names());
    } else {
      why =
          ("Raise the pool size (%s), or have such allocations served from the system, by the"
                  + " strategy fallback (%s)")
              .formatted(Setting.POOL_SIZE.names(), Setting.OVERFLOW.names());
    }
    return exception(failure, what + why);
  }

  private static ArenaOverflowException exception(MemorySegment failure, String message) {
    return new ArenaOverflowException(
        message,
        engram_failure.requested_bytes(failure),
        engram_failure.available_bytes(failure),
        engram_failure.capacity_bytes(failure));
  }

  private static String systemError(MemorySegment failure) {
    int number = engram_failure.system_error(failure);
    return "error " + number + name(number);
  }

  /**
   * Names of the errors that mapping memory can end in; these numbers are the same on Linux, macOS
   * and the BSDs.
   */
  private static String name(int systemError) {
    return switch (systemError) {
      case 1 -> " (EPERM, not permitted)";
      case 12 -> " (ENOMEM, out of memory or of address space)";
      case 13 -> " (EACCES, permission denied)";
      case 22 -> " (EINVAL, invalid size)";
      default -> "";
    };
  }
}
