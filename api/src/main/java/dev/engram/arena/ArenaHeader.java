package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena;
import dev.engram.arena.ffi.engram_arena_h;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The fields of {@code engram_arena}, for the owner of the arena: it alone writes them, but for
 * {@code requests}. Stores are opaque, so that other threads see each one soon and whole; those
 * that a reader must not see early release what came before. Only {@link #bump} stores plainly.
 *
 * <p>A header is passed around as its number, {@link #number}, and accessed at the address that
 * {@link #address} makes of it. From that computation the compiler knows that the address is
 * aligned and in range, which saves both checks at each access and half the machine code of a
 * scope; what is too large is not inlined, and then the scope becomes garbage.
 */
final class ArenaHeader {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private static final int ALIGNMENT_SHIFT = 7;
  private static final long NUMBER_MASK = (1L << (Long.SIZE - 1 - ALIGNMENT_SHIFT)) - 1;

  private static final long BASE = engram_arena.base$offset();
  private static final long CAPACITY = engram_arena.capacity_bytes$offset();
  private static final long OFFSET = engram_arena.offset_bytes$offset();
  private static final long HIGH_WATER_MARK = engram_arena.high_water_mark_bytes$offset();
  private static final long FALLBACK_POSITION = engram_arena.fallback_position_bytes$offset();
  private static final long DEPTH = engram_arena.depth$offset();
  private static final long USED_SINCE_RESET = engram_arena.used_since_reset$offset();
  private static final long REQUESTS = engram_arena.requests$offset();
  private static final long OVERFLOW_STRATEGY = engram_arena.overflow_strategy$offset();
  private static final long SCOPE_COUNT = engram_arena.scope_count$offset();
  private static final long RESET_COUNT = engram_arena.reset_count$offset();
  private static final long ALLOCATED = engram_arena.allocated_bytes$offset();
  private static final long OVERFLOW_ERRORS = engram_arena.overflow_error_count$offset();
  private static final long OVERFLOW_FALLBACKS = engram_arena.overflow_fallback_count$offset();
  private static final long OVERFLOW_FALLBACK_BYTES = engram_arena.overflow_fallback_bytes$offset();
  private static final long EPOCH = engram_arena.epoch$offset();
  private static final long ABANDONED = engram_arena.abandoned_count$offset();
  private static final long ZERO_ON_RESET = engram_arena.zero_on_reset$offset();

  /**
   * Bit of {@link #requests}: scopes of this arena were found to be abandoned, or settings of
   * Java's changed.
   */
  static final int LOOK_UP = engram_arena_h.ENGRAM_REQUEST_OF_CALLER();

  /** Where {@code requests} is in the word that it makes with {@code revision}. */
  private static final long REQUESTS_MASK =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0xffff_ffffL : 0xffff_ffffL << 32;

  private ArenaHeader() {}

  /** The number of the header at an address, which is a multiple of 128. */
  static long number(long address) {
    return address >>> ALIGNMENT_SHIFT;
  }

  static long address(long number) {
    return (number & NUMBER_MASK) << ALIGNMENT_SHIFT;
  }

  static long base(long header) {
    return getLong(header + BASE);
  }

  static long capacityBytes(long header) {
    return getLong(header + CAPACITY);
  }

  static long offsetBytes(long header) {
    return getLong(header + OFFSET);
  }

  static void setOffsetBytes(long header, long value) {
    setLong(header + OFFSET, value);
  }

  /**
   * Takes memory. A plain store, which the compiler may put off, but never past a call that it does
   * not know, nor past the store that next lowers the offset; an error thrown meanwhile finds it
   * done. So the owner and the native code that it calls see it, and other threads, which only
   * count with it, may see it late.
   */
  static void bump(long header, long value) {
    LONG.set(NativeMemory.ALL, header + OFFSET, value);
  }

  /**
   * Gives memory back: a reader that sees the lower offset sees the high-water mark that was stored
   * before.
   */
  static void lowerOffsetBytes(long header, long value) {
    LONG.setRelease(NativeMemory.ALL, header + OFFSET, value);
  }

  static long highWaterMarkBytes(long header) {
    return getLong(header + HIGH_WATER_MARK);
  }

  static void setHighWaterMarkBytes(long header, long value) {
    setLong(header + HIGH_WATER_MARK, value);
  }

  static long fallbackPositionBytes(long header) {
    return getLong(header + FALLBACK_POSITION);
  }

  static int depth(long header) {
    return getInt(header + DEPTH);
  }

  static void setDepth(long header, int value) {
    setInt(header + DEPTH, value);
  }

  /** Closes a mark: whoever sees depth 0 and serves the arena sees all that was done before. */
  static void releaseDepth(long header, int value) {
    INT.setRelease(NativeMemory.ALL, header + DEPTH, value);
  }

  static boolean isUsedSinceReset(long header) {
    return getInt(header + USED_SINCE_RESET) != 0;
  }

  static void setUsedSinceReset(long header, boolean value) {
    setInt(header + USED_SINCE_RESET, value ? 1 : 0);
  }

  /** What others ask of the owner, as bits. */
  static int requests(long header) {
    return (int) INT.getAcquire(NativeMemory.ALL, header + REQUESTS);
  }

  /** {@code requests} and {@code revision} in one. What was served before is seen after it. */
  static long requestsAndRevision(long header) {
    return (long) LONG.getAcquire(NativeMemory.ALL, header + REQUESTS);
  }

  /** What {@link #requestsAndRevision} is at the same revision while nothing is asked. */
  static long quiet(long requestsAndRevision) {
    return requestsAndRevision & ~REQUESTS_MASK;
  }

  /** Another number after each call of native code that changed the header. */
  static long revision(long header) {
    return quiet(requestsAndRevision(header));
  }

  /** What {@link #quiet} is after one more call of native code that changed the header. */
  static long afterOneRevision(long quiet) {
    return quiet + Long.lowestOneBit(~REQUESTS_MASK) & ~REQUESTS_MASK;
  }

  /** Has the owner look up at its next mark. Any thread. */
  static void askToLookUp(long header) {
    var _ = (int) INT.getAndBitwiseOr(NativeMemory.ALL, header + REQUESTS, LOOK_UP);
  }

  static void clearLookUp(long header) {
    var _ = (int) INT.getAndBitwiseAnd(NativeMemory.ALL, header + REQUESTS, ~LOOK_UP);
  }

  static int overflowStrategy(long header) {
    return getInt(header + OVERFLOW_STRATEGY);
  }

  static boolean isZeroedOnReset(long header) {
    return getInt(header + ZERO_ON_RESET) != 0;
  }

  static long scopeCount(long header) {
    return getLong(header + SCOPE_COUNT);
  }

  static void setScopeCount(long header, long value) {
    setLong(header + SCOPE_COUNT, value);
  }

  static long resetCount(long header) {
    return getLong(header + RESET_COUNT);
  }

  static void setResetCount(long header, long value) {
    setLong(header + RESET_COUNT, value);
  }

  static long allocatedBytes(long header) {
    return getLong(header + ALLOCATED);
  }

  static void setAllocatedBytes(long header, long value) {
    setLong(header + ALLOCATED, value);
  }

  static void addAbandoned(long header, int count) {
    setLong(header + ABANDONED, getLong(header + ABANDONED) + count);
  }

  static long overflowCount(long header) {
    return overflowErrorCount(header) + overflowFallbackCount(header);
  }

  static long overflowErrorCount(long header) {
    return getLong(header + OVERFLOW_ERRORS);
  }

  static long overflowFallbackCount(long header) {
    return getLong(header + OVERFLOW_FALLBACKS);
  }

  static long overflowFallbackBytes(long header) {
    return getLong(header + OVERFLOW_FALLBACK_BYTES);
  }

  static long epoch(long header) {
    return getLong(header + EPOCH);
  }

  private static long getLong(long address) {
    return (long) LONG.get(NativeMemory.ALL, address);
  }

  private static void setLong(long address, long value) {
    LONG.setOpaque(NativeMemory.ALL, address, value);
  }

  private static int getInt(long address) {
    return (int) INT.get(NativeMemory.ALL, address);
  }

  private static void setInt(long address, int value) {
    INT.setOpaque(NativeMemory.ALL, address, value);
  }
}
