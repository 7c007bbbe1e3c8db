package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.kernels.KernelBenchmark;
import dev.engram.arena.benchmarks.kernels.KernelCase;
import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import java.util.Map;
import java.util.Objects;

/** Something to be timed, with a loop of its own. */
@FunctionalInterface
interface Operation {
  /** Does it so often. */
  void repeat(int times);

  /** Prepares a case; what computes something else than a reference throws. */
  static Operation of(BenchmarkCase benchmarkCase, int size) {
    return switch (benchmarkCase) {
      case KernelCase kernel -> kernel(kernel.parameters(size), size);
      case Variant variant -> OwnProfile.loop(variant, size)::accept;
      default -> throw new IllegalArgumentException(benchmarkCase.title());
    };
  }

  private static Operation kernel(Map<String, String> parameters, int size) {
    KernelBenchmark benchmark = new KernelBenchmark();
    benchmark.work = Objects.requireNonNull(parameters.get("work"));
    benchmark.size = size;
    benchmark.prepare();
    return times -> {
      for (int i = 0; i < times; i++) {
        benchmark.run();
      }
    };
  }
}
