package dev.engram.arena;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

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

  /**
   * All memory, for as long as {@code session} is open. What is sliced of it is as long-lived: the
   * slices of a scope, in the arena's region and in chunks, are so all of one kind, which lets the
   * compiler do without the objects.
   */
  static MemorySegment all(Arena session) {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE, session, null);
  }

  /** Has {@code session} hold {@code token}, and call it when it closes. */
  static void attach(Arena session, Consumer<MemorySegment> token) {
    MemorySegment.NULL.reinterpret(0, session, token);
  }
}
