package dev.engram.arena.benchmarks.alloc;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.infra.Blackhole;

/** The C library: {@code malloc} and {@code free}. */
public class MallocBenchmark extends SegmentsBenchmark {
  private final DowncallAllocator allocator = new Malloc();

  /** For JMH. */
  public MallocBenchmark() {}

  /**
   * Segments that escape.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float malloc(Blackhole sink) {
    try {
      return Scratch.escaping(allocator, segments, sink);
    } finally {
      allocator.freeAll();
    }
  }
}
