package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a kernel's own allocations overflowed, by the counters of the arena's header
 * before and after the call. For the arena's owner.
 */
final class KernelOverflows {
  private final long header;
  private final MemorySegment failure;

  // Before the call.
  private long errorCount;
  private long fallbackCount;
  private long fallbackBytes;

  /**
   * Those of one arena.
   *
   * @param failure where kernels write why they fail
   */
  KernelOverflows(MemorySegment header, MemorySegment failure) {
    this.header = header.address();
    this.failure = failure;
  }

  /** A kernel is about to be called. */
  void calling() {
    errorCount = ArenaHeader.overflowErrorCount(header);
    fallbackCount = ArenaHeader.overflowFallbackCount(header);
    fallbackBytes = ArenaHeader.overflowFallbackBytes(header);
  }

  /** The kernel has returned: tells of what overflowed, if anything. Throws if it had no memory. */
  void called(int status) {
    ArenaOverflowException refusal = isRefusal(status) ? refusal(status) : null;
    if (ArenaHeader.overflowFallbackCount(header) != fallbackCount
        || ArenaHeader.overflowErrorCount(header) != errorCount) {
      tell(refusal);
    }
    if (refusal != null) {
      throw refusal;
    }
  }

  private static boolean isRefusal(int status) {
    return status == engram_arena_h.ENGRAM_ARENA_OVERFLOW()
        || status == engram_arena_h.ENGRAM_SYSTEM_ERROR()
        || status == engram_arena_h.ENGRAM_POOL_EXHAUSTED();
  }

  private ArenaOverflowException refusal(int status) {
    return status == engram_arena_h.ENGRAM_POOL_EXHAUSTED()
        ? NativeFailure.region(failure)
        : NativeFailure.allocation(failure, ArenaHeader.overflowStrategy(header));
  }

  private void tell(@Nullable ArenaOverflowException refusal) {
    // All of it is read first: who is told may overflow in turn.
    OverflowStrategy strategy = NativeConfig.strategy(ArenaHeader.overflowStrategy(header));
    long served = ArenaHeader.overflowFallbackCount(header) - fallbackCount;
    long servedBytes = ArenaHeader.overflowFallbackBytes(header) - fallbackBytes;
    boolean failed = ArenaHeader.overflowErrorCount(header) != errorCount;
    long capacity = ArenaHeader.capacityBytes(header);
    if (served != 0) {
      // The kernel has rewound, so what is left now was left before.
      long available = Math.max(0, capacity - ArenaHeader.offsetBytes(header));
      Overflows.served(
          new ArenaOverflow(strategy, true, true, served, servedBytes, available, capacity));
    }
    if (failed && refusal != null) {
      Overflows.refused(
          new ArenaOverflow(
              strategy,
              false,
              true,
              1,
              refusal.requestedBytes(),
              refusal.availableBytes(),
              refusal.capacityBytes()));
    }
  }
}
