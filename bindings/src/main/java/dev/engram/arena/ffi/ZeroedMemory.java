package dev.engram.arena.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.NullMarked;

/**
 * Zeroed memory from the C library's {@code calloc}, which does not write what the system hands out
 * zeroed anyway: large sizes take the same few microseconds.
 *
 * <p>By hand, since the bindings are made of the library's header alone. The calls are ordinary
 * ones, which let safepoints in however long they take.
 */
@NullMarked
public final class ZeroedMemory {
  private static final MethodHandle CALLOC =
      ordinary(
          "calloc",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

  private static final MethodHandle FREE =
      ordinary("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

  private static final MethodHandle MADVISE =
      ordinary(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private static final int MADV_HUGEPAGE = 14;
  private static final int MADV_NOHUGEPAGE = 15;

  /** Where pages are larger the system may refuse the advice, and they are large enough. */
  private static final long PAGE_BYTES = 4096;

  private ZeroedMemory() {}

  private static MethodHandle ordinary(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }

  /**
   * Allocates.
   *
   * @param byteSize 1 or more
   * @return the address, a multiple of 16, which {@link #free} takes; 0 if there is not as much
   */
  public static long allocate(long byteSize) {
    try {
      return (long) CALLOC.invokeExact(1L, byteSize);
    } catch (Throwable e) {
      throw Downcalls.unchecked(e);
    }
  }

  /**
   * Gives back what {@link #allocate} returned.
   *
   * @param address an address, once; nobody may use it any more
   */
  public static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw Downcalls.unchecked(e);
    }
  }

  /**
   * Advises the system to use huge pages, or not to. It need not follow.
   *
   * @param address of memory from {@link #allocate}; neighbours on its first and last page come
   *     under the advice, too, and so does what the C library hands out in its place once it is
   *     free
   * @param byteSize how much of it
   * @param areHuge whether to use them
   */
  public static void advise(long address, long byteSize, boolean areHuge) {
    long before = address & (PAGE_BYTES - 1);
    try {
      int ignored =
          (int)
              MADVISE.invokeExact(
                  address - before, before + byteSize, areHuge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    } catch (Throwable e) {
      throw Downcalls.unchecked(e);
    }
  }
}
