package dev.engram.arena.benchmarks.alloc;

import dev.engram.arena.AbandonedScopes;
import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.HugePages;
import dev.engram.arena.OverflowStrategy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.infra.Blackhole;

/** This library's scopes, in an arena of the default size. */
public class ScopeBenchmark extends SegmentsBenchmark {
  static {
    // Whatever the environment says: all runs are to measure the same.
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(1 << 20)
            .overflow(OverflowStrategy.ERROR_RETURN)
            .maxTotalBytes(Long.MAX_VALUE)
            .hugePages(HugePages.AUTO)
            .zeroOnReset(false)
            .preTouch(false)
            .abandonedScopes(AbandonedScopes.SAMPLED)
            .build());
  }

  /** For JMH. */
  public ScopeBenchmark() {}

  /**
   * Segments that are not cleared and escape.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float uninitialized(Blackhole sink) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return Scratch.escaping(scope.uninitialized(), segments, sink);
    }
  }

  /**
   * Segments that are not cleared and do not escape.
   *
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float uninitializedLocal() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return Scratch.local(scope.uninitialized(), segments);
    }
  }

  /**
   * Segments that are cleared and escape.
   *
   * @param sink where they go
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float zeroed(Blackhole sink) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return Scratch.escaping(scope, segments, sink);
    }
  }

  /**
   * Segments that are cleared and do not escape.
   *
   * @return the sum of what was written
   */
  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public float zeroedLocal() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      return Scratch.local(scope, segments);
    }
  }
}
