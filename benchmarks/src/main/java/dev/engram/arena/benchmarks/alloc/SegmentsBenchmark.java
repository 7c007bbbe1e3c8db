package dev.engram.arena.benchmarks.alloc;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What all benchmarks of allocation have in common.
 *
 * <p>Their methods are not inlined into JMH's loops, which have room for two copies of an operation
 * and would so take half of what the compiler allows a method. What is measured is an operation in
 * a method of its own.
 */
@State(Scope.Thread)
public abstract class SegmentsBenchmark {
  /** Segments of an operation. */
  @Param({"1", "10", "100"})
  public int segments;

  /** For JMH, which sets the parameter. */
  SegmentsBenchmark() {}
}
