package dev.engram.arena.benchmarks.alloc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.infra.Blackhole;

/** What the JDK has. Its arenas clear what they allocate; the slicing allocator does not. */
public class JdkBenchmark extends SegmentsBenchmark {
  private final MemorySegment reused =
      Arena.global()
          .allocate(Scratch.SEGMENTS_MAX * Scratch.SEGMENT_BYTES, Scratch.ALIGNMENT_BYTES);

  /** For JMH. */
  public JdkBenchmark() {}

  /**
   * A confined arena, segments that escape.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float confined(Blackhole sink) {
    try (Arena arena = Arena.ofConfined()) {
      return Scratch.escaping(arena, segments, sink);
    }
  }

  /**
   * A confined arena, segments that do not escape.
   *
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float confinedLocal() {
    try (Arena arena = Arena.ofConfined()) {
      return Scratch.local(arena, segments);
    }
  }

  /**
   * A shared arena, segments that escape.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float shared(Blackhole sink) {
    try (Arena arena = Arena.ofShared()) {
      return Scratch.escaping(arena, segments, sink);
    }
  }

  /**
   * Slices of one segment that lives for ever: no lifetime, nothing that tells of a use too late.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float slicing(Blackhole sink) {
    return Scratch.escaping(SegmentAllocator.slicingAllocator(reused), segments, sink);
  }
}
