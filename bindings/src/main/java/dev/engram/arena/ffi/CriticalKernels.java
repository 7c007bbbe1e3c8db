package dev.engram.arena.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.NullMarked;

/**
 * Kernels as critical calls, which read and write heap arrays in place.
 *
 * <p>By hand, since jextract makes no critical calls. They make no upcall and do not block. A
 * thread in one holds up safepoints, so the caller bounds each call to some 20 microseconds of
 * work, by the sizes that it passes.
 */
@NullMarked
public final class CriticalKernels {
  private static final MethodHandle VECTOR_SIMILARITY =
      critical(
          engram_arena_h.engram_vector_similarity$address(),
          engram_arena_h.engram_vector_similarity$descriptor());

  private static final MethodHandle VECTOR_SIMILARITY_OF_EIGHT =
      critical(
          engram_arena_h.engram_vector_similarity_of_eight$address(),
          engram_arena_h.engram_vector_similarity_of_eight$descriptor());

  private static final MethodHandle MEMORY_DECAY =
      critical(
          engram_arena_h.engram_memory_decay$address(),
          engram_arena_h.engram_memory_decay$descriptor());

  private CriticalKernels() {}

  private static MethodHandle critical(MemorySegment address, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(address, descriptor, Linker.Option.critical(true));
  }

  /**
   * {@code engram_vector_similarity}, of segments on the heap or off it. The handle itself, for a
   * caller's loop: a method around the call is too large to be inlined there, and its arguments
   * would become garbage.
   *
   * @return a constant handle
   */
  public static MethodHandle vectorSimilarity() {
    return VECTOR_SIMILARITY;
  }

  /**
   * {@code engram_vector_similarity_of_eight}, of segments on the heap or off it. The handle
   * itself, as {@link #vectorSimilarity}.
   *
   * @return a constant handle
   */
  public static MethodHandle vectorSimilarityOfEight() {
    return VECTOR_SIMILARITY_OF_EIGHT;
  }

  /**
   * {@code engram_memory_decay}, of segments on the heap or off it.
   *
   * @return an {@code engram_status}
   */
  public static int memoryDecay(
      MemorySegment strengths, MemorySegment agesSeconds, long count, double timeConstantSeconds) {
    try {
      return (int) MEMORY_DECAY.invokeExact(strengths, agesSeconds, count, timeConstantSeconds);
    } catch (Throwable e) {
      throw Downcalls.unchecked(e);
    }
  }
}
