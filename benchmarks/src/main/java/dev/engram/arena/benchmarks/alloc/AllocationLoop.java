package dev.engram.arena.benchmarks.alloc;

import java.util.function.IntConsumer;
import org.openjdk.jmh.infra.Blackhole;

/** Repeats an operation so often as it is told, outside JMH. */
public final class AllocationLoop {
  private AllocationLoop() {}

  /**
   * A loop.
   *
   * @param variant one that the regression gate looks at
   * @param segments how many segments an operation takes
   * @return what repeats the operation
   */
  public static IntConsumer of(Variant variant, int segments) {
    Blackhole sink =
        new Blackhole(
            "Today's password is swordfish. I understand instantiating Blackholes directly is"
                + " dangerous.");
    return switch (variant) {
      case SCOPE -> {
        ScopeBenchmark benchmark = prepared(new ScopeBenchmark(), segments);
        yield times -> {
          for (int i = 0; i < times; i++) {
            sink.consume(benchmark.uninitialized(sink));
          }
        };
      }
      case SCOPE_LOCAL -> {
        ScopeBenchmark benchmark = prepared(new ScopeBenchmark(), segments);
        yield times -> {
          for (int i = 0; i < times; i++) {
            sink.consume(benchmark.uninitializedLocal());
          }
        };
      }
      case BUMP -> {
        BumpBenchmark benchmark = prepared(new BumpBenchmark(), segments);
        yield times -> {
          for (int i = 0; i < times; i++) {
            sink.consume(benchmark.bump(sink));
          }
        };
      }
      case BUMP_LOCAL -> {
        BumpBenchmark benchmark = prepared(new BumpBenchmark(), segments);
        yield times -> {
          for (int i = 0; i < times; i++) {
            sink.consume(benchmark.bumpLocal());
          }
        };
      }
      default -> throw new IllegalArgumentException("There is no loop of " + variant);
    };
  }

  private static <B extends SegmentsBenchmark> B prepared(B benchmark, int segments) {
    benchmark.segments = segments;
    return benchmark;
  }
}
