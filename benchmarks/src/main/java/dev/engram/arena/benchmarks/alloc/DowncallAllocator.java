package dev.engram.arena.benchmarks.alloc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A native allocator, called for each segment and again to give it back. The calls are critical
 * ones, which is more than a program should do with an allocator that may ask the system for
 * memory, and the best that such a peer can reach.
 */
@SuppressWarnings("restricted") // To call native code and to use what it returns is the purpose.
abstract class DowncallAllocator implements SegmentAllocator {
  private final long[] addresses = new long[Scratch.SEGMENTS_MAX];
  private int count;

  /** A function that takes sizes and returns an address. */
  static MethodHandle allocating(SymbolLookup library, String name, int parameters) {
    FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_LONG);
    for (int i = 0; i < parameters; i++) {
      descriptor = descriptor.appendArgumentLayouts(ValueLayout.JAVA_LONG);
    }
    return link(library, name, descriptor);
  }

  /** A function that takes an address. */
  static MethodHandle freeing(SymbolLookup library, String name) {
    return link(library, name, FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
  }

  private static MethodHandle link(
      SymbolLookup library, String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker()
        .downcallHandle(library.findOrThrow(name), descriptor, Linker.Option.critical(false));
  }

  /** Calls the allocating function. Returns what is to be given back. */
  abstract long take(long byteSize, long byteAlignment);

  /** Calls the freeing function. */
  abstract void giveBack(long address);

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    long address = take(byteSize, byteAlignment);
    addresses[count++] = address;
    long aligned = (address + byteAlignment - 1) & -byteAlignment;
    return MemorySegment.ofAddress(aligned).reinterpret(byteSize);
  }

  void freeAll() {
    while (count > 0) {
      giveBack(addresses[--count]);
    }
  }
}
