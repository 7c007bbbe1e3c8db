package dev.engram.arena.benchmarks.alloc;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.infra.Blackhole;

/** mimalloc, whose functions take an alignment. Only where {@link MimallocLibrary#isPresent()}. */
public class MimallocBenchmark extends SegmentsBenchmark {
  private final DowncallAllocator allocator = new Mimalloc();

  /** For JMH. */
  public MimallocBenchmark() {}

  /**
   * Segments that escape.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float mimalloc(Blackhole sink) {
    try {
      return Scratch.escaping(allocator, segments, sink);
    } finally {
      allocator.freeAll();
    }
  }
}
