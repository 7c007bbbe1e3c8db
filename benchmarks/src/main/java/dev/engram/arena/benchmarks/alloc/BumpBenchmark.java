package dev.engram.arena.benchmarks.alloc;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.infra.Blackhole;

/** A hand-written thread-local bump allocator without lifetime checks. */
public class BumpBenchmark extends SegmentsBenchmark {
  /** For JMH. */
  public BumpBenchmark() {}

  /**
   * Segments that escape.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float bump(Blackhole sink) {
    ThreadBump bump = ThreadBump.ofThread();
    long mark = bump.mark();
    try {
      return Scratch.escaping(bump, segments, sink);
    } finally {
      bump.rewind(mark);
    }
  }

  /**
   * Segments that do not escape.
   *
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float bumpLocal() {
    ThreadBump bump = ThreadBump.ofThread();
    long mark = bump.mark();
    try {
      return Scratch.local(bump, segments);
    } finally {
      bump.rewind(mark);
    }
  }
}
