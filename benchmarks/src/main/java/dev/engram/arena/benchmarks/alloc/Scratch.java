package dev.engram.arena.benchmarks.alloc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The work between getting memory and giving it back: some segments, a float written in each.
 *
 * <p>What is read back is summed up, so that the variants can be compared for equality. The
 * compiler knows the value already and reads no memory for it.
 */
public final class Scratch {
  /** Room for a vector of 768 floats. */
  public static final long SEGMENT_BYTES = 3 << 10;

  /** A cache line. */
  public static final long ALIGNMENT_BYTES = 64;

  /** Most segments that an operation takes. */
  static final int SEGMENTS_MAX = 100;

  private Scratch() {}

  /** Segments that are seen outside the compiled code, so that each one must be made. */
  static float escaping(SegmentAllocator allocator, int segments, Blackhole sink) {
    float sum = 0;
    for (int i = 0; i < segments; i++) {
      MemorySegment segment = allocator.allocate(SEGMENT_BYTES, ALIGNMENT_BYTES);
      sum += writeAndRead(segment, i);
      sink.consume(segment);
    }
    return sum;
  }

  /** Segments that nobody else sees, which the compiler may do without. */
  static float local(SegmentAllocator allocator, int segments) {
    float sum = 0;
    for (int i = 0; i < segments; i++) {
      sum += writeAndRead(allocator.allocate(SEGMENT_BYTES, ALIGNMENT_BYTES), i);
    }
    return sum;
  }

  private static float writeAndRead(MemorySegment segment, int i) {
    segment.set(ValueLayout.JAVA_FLOAT, 0, i + 1);
    return segment.get(ValueLayout.JAVA_FLOAT, 0);
  }
}
