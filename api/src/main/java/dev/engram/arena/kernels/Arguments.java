package dev.engram.arena.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks of what kernels are given, which come before a scope is opened or native code called. */
final class Arguments {
  /** To look at an array may take 100 nanoseconds, where no cache has it. */
  private static final int ROWS_OF_PART = 256;

  private Arguments() {}

  /**
   * The number of elements of a segment that native code can read.
   *
   * @param name the argument's, for the message
   * @throws IllegalArgumentException if it is on the heap, not aligned to its elements, or not a
   *     whole number of them long
   * @throws IllegalStateException if it is closed
   * @throws WrongThreadException if it is confined to another thread
   */
  static long requireNative(String name, MemorySegment segment, ValueLayout element) {
    Objects.requireNonNull(segment, name);
    long elementBytes = element.byteSize();
    if (!segment.isNative()
        || ((segment.address() | segment.byteSize()) & (elementBytes - 1)) != 0) {
      throw misplaced(name, segment, elementBytes);
    }
    requireAccessible(name, segment);
    return segment.byteSize() / elementBytes;
  }

  /**
   * Checks that this thread can read a segment now.
   *
   * @throws IllegalStateException if it is closed
   * @throws WrongThreadException if it is confined to another thread
   */
  static void requireAccessible(String name, MemorySegment segment) {
    if (!segment.scope().isAlive() || !segment.isAccessibleBy(Thread.currentThread())) {
      throw inaccessible(name, segment);
    }
  }

  /** As {@link #requireNative}, of floats. */
  static long requireFloats(String name, MemorySegment segment) {
    return requireNative(name, segment, ValueLayout.JAVA_FLOAT);
  }

  /** Checks that an output can be written. */
  static void requireWritable(String name, MemorySegment output) {
    if (output.isReadOnly()) {
      throw new IllegalArgumentException(name + " is read-only; allowed is a writable segment");
    }
  }

  /** Checks that an output has no byte in common with an input. Both are native. */
  static void requireApart(
      String inputName, MemorySegment input, String outputName, MemorySegment output) {
    long distance = output.address() - input.address();
    // Negative where the output lies below. Neither sum can pass what a user address can be.
    if (distance < input.byteSize() && -distance < output.byteSize()) {
      throw new IllegalArgumentException(
          "%s overlaps %s; allowed is a segment apart from the inputs"
              .formatted(outputName, inputName));
    }
  }

  /**
   * A row of an array of rows, checked to be as long as all are.
   *
   * @param model what it is to be as long as, for the message
   * @throws IllegalArgumentException if it is not
   */
  static float[] requireRow(
      String name, int row, float @Nullable [] elements, String model, int dimensions) {
    if (elements == null) {
      throw new NullPointerException("%s[%d]".formatted(name, row));
    }
    if (elements.length != dimensions) {
      throw new IllegalArgumentException(
          "%s[%d] has %d elements; allowed is as many as %s has, %d"
              .formatted(name, row, elements.length, model, dimensions));
    }
    return elements;
  }

  /**
   * Checks that each row of an array of rows is as long as all are.
   *
   * @param model what it is to be as long as, for the message
   * @throws IllegalArgumentException if it is not
   */
  static void requireRows(String name, float[][] rows, String model, int dimensions) {
    LoopParts.run(
        rows.length,
        ROWS_OF_PART,
        (first, end) -> {
          for (int row = first; row < end; row++) {
            requireRow(name, row, rows[row], model, dimensions);
          }
        });
  }

  /** Refuses a value that is not what is allowed. */
  static IllegalArgumentException refused(String name, Object value, String allowed) {
    return new IllegalArgumentException("%s is %s; allowed is %s".formatted(name, value, allowed));
  }

  private static IllegalArgumentException misplaced(
      String name, MemorySegment segment, long elementBytes) {
    if (!segment.isNative()) {
      return new IllegalArgumentException(
          name + " is a heap segment; allowed is a native one (for arrays, pass the arrays)");
    }
    return new IllegalArgumentException(
        ("%s starts %d bytes above a multiple of %d and has %d bytes;"
                + " allowed is an aligned start and a whole number of elements of %d bytes")
            .formatted(
                name,
                segment.address() & (elementBytes - 1),
                elementBytes,
                segment.byteSize(),
                elementBytes));
  }

  private static RuntimeException inaccessible(String name, MemorySegment segment) {
    return segment.scope().isAlive()
        ? new WrongThreadException(
            "%s is confined to another thread than %s; allowed is a segment that this one may read"
                .formatted(name, Thread.currentThread()))
        : new IllegalStateException(name + " is closed; allowed is a segment that is alive");
  }
}
