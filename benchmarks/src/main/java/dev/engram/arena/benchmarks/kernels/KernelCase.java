package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import java.util.Map;

/** A kernel, or a peer of one. */
public interface KernelCase extends BenchmarkCase {
  /**
   * Makes data, and what works on it.
   *
   * @param size one of {@link #sizes()}, or another for a test
   * @return the work
   */
  Work prepare(int size);

  /**
   * Finds a case by what {@link #parameters} calls it.
   *
   * @param name the enum's and the constant's name
   * @return the case
   */
  static KernelCase named(String name) {
    String constant = name.substring(name.indexOf('.') + 1);
    return switch (name.substring(0, name.indexOf('.'))) {
      case "CosineCase" -> CosineCase.valueOf(constant);
      case "DecayCase" -> DecayCase.valueOf(constant);
      case "SpreadCase" -> SpreadCase.valueOf(constant);
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Override
  default String benchmarkName() {
    return KernelBenchmark.class.getName() + ".run";
  }

  @Override
  default Map<String, String> parameters(int size) {
    String name = getClass().getSimpleName() + "." + name();
    return Map.of("work", name, "size", Integer.toString(size));
  }
}
