package dev.engram.arena.benchmarks.alloc;

import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** mimalloc. Can be used only where {@link MimallocLibrary#isPresent()}. */
final class Mimalloc extends DowncallAllocator {
  private static final SymbolLookup LIBRARY = MimallocLibrary.find().orElseThrow();
  private static final MethodHandle ALLOCATE = allocating(LIBRARY, "mi_malloc_aligned", 2);
  private static final MethodHandle FREE = freeing(LIBRARY, "mi_free");

  @Override
  long take(long byteSize, long byteAlignment) {
    try {
      return (long) ALLOCATE.invokeExact(byteSize, byteAlignment);
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
