package dev.engram.arena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The one class that makes segments of bare addresses. What it hands out is as right as the
 * addresses that the native library gave; nothing of it leaves the package but segments bound to a
 * scope's session.
 */
@SuppressWarnings(
    "restricted") // Lint's restricted methods are this class's purpose; no other class calls them.
final class NativeMemory {
  /**
   * All memory, so that a header field is found by adding: a segment held in a field would cost a
   * load and a check.
   */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private NativeMemory() {}

  /** The memory at {@code address}, usable until {@code session} closes. */
  static MemorySegment view(long address, long byteSize, Arena session) {
    return MemorySegment.ofAddress(address).reinterpret(byteSize, session, null);
  }
}
