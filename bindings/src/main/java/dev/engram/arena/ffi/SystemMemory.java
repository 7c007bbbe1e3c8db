package dev.engram.arena.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.NullMarked;

/**
 * Clears memory by the C library's {@code memset}, which from about a kilobyte on is twice as fast
 * as {@code MemorySegment.fill}.
 *
 * <p>By hand, since jextract makes no critical calls. The call is one: it makes no upcall, does not
 * block, and is bounded to 64 KiB, which takes less than a microsecond, or some 20 when all of it
 * is touched for the first time and the system has to find 16 pages. A thread in it holds up
 * safepoints for as long.
 *
 * <p>From 2 KiB on glibc has the processor repeat a store, which takes long to begin: small sizes
 * are faster in pieces below that.
 */
@NullMarked
public final class SystemMemory {
  private static final long PIECE_BYTES = 64 << 10;
  private static final long SMALL_PIECE_BYTES = 1536;

  /** Up to this size small pieces are faster. */
  private static final long SMALL_BYTES_MAX = 16 << 10;

  private static final MethodHandle MEMSET =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("memset"),
              FunctionDescriptor.ofVoid(
                  ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
              Linker.Option.critical(false));

  private SystemMemory() {}

  /**
   * Sets memory to zero.
   *
   * @param address where it starts; all of it must be the caller's to write
   * @param byteSize how much
   */
  public static void clear(long address, long byteSize) {
    long piece = byteSize > SMALL_BYTES_MAX ? PIECE_BYTES : SMALL_PIECE_BYTES;
    for (long cleared = 0; cleared < byteSize; cleared += piece) {
      clearPiece(address + cleared, Math.min(byteSize - cleared, piece));
    }
  }

  private static void clearPiece(long address, long byteSize) {
    try {
      MEMSET.invokeExact(address, 0, byteSize);
    } catch (Throwable e) {
      throw Downcalls.unchecked(e);
    }
  }
}
