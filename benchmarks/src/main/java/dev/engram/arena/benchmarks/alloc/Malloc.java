package dev.engram.arena.benchmarks.alloc;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The C library's allocator. It is asked for room to align by hand, which is cheaper there than
 * {@code aligned_alloc}.
 */
final class Malloc extends DowncallAllocator {
  private static final SymbolLookup LIBRARY = Linker.nativeLinker().defaultLookup();
  private static final MethodHandle ALLOCATE = allocating(LIBRARY, "malloc", 1);
  private static final MethodHandle FREE = freeing(LIBRARY, "free");

  @Override
  long take(long byteSize, long byteAlignment) {
    try {
      return (long) ALLOCATE.invokeExact(byteSize + byteAlignment);
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing", e);
    }
  }

  @Override
  void giveBack(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws nothing", e);
    }
  }
}
