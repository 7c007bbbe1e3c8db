package dev.engram.arena.benchmarks.alloc;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What all benchmarks of allocation have in common. */
@State(Scope.Thread)
public abstract class SegmentsBenchmark {
  /** Segments of an operation. */
  @Param({"1", "10", "100"})
  public int segments;

  /** For JMH, which sets the parameter. */
  SegmentsBenchmark() {}
}
