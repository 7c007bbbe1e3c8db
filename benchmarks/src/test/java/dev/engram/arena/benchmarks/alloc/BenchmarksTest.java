package dev.engram.arena.benchmarks.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.infra.Blackhole;

/** The benchmarks run small, so that they cannot rot. */
class BenchmarksTest {
  private static final List<Class<? extends SegmentsBenchmark>> CLASSES =
      List.of(
          ScopeBenchmark.class,
          BumpBenchmark.class,
          JdkBenchmark.class,
          NettyBenchmark.class,
          MallocBenchmark.class,
          MimallocBenchmark.class);

  private final Blackhole sink =
      new Blackhole(
          "Today's password is swordfish. I understand instantiating Blackholes directly is"
              + " dangerous.");

  static Stream<Method> benchmarks() {
    return CLASSES.stream()
        .flatMap(c -> Stream.of(c.getDeclaredMethods()))
        .filter(method -> method.isAnnotationPresent(Benchmark.class));
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void everyVariantComputesTheSameSum(Method benchmark) throws Exception {
    assumeTrue(
        benchmark.getDeclaringClass() != MimallocBenchmark.class || MimallocLibrary.isPresent(),
        "there is no mimalloc here");
    for (int segments : new int[] {1, 10, Scratch.SEGMENTS_MAX}) {
      SegmentsBenchmark state =
          (SegmentsBenchmark) benchmark.getDeclaringClass().getConstructor().newInstance();
      state.segments = segments;
      Object[] arguments = benchmark.getParameterCount() == 0 ? new Object[0] : new Object[] {sink};
      // Twice, since the second one is given what the first gave back.
      for (int run = 0; run < 2; run++) {
        assertThat(benchmark.invoke(state, arguments)).isEqualTo(segments * (segments + 1) / 2f);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void everyVariantNamesABenchmark(Variant variant) {
    assertThat(names()).contains(variant.benchmarkName());
  }

  @Test
  void everyBenchmarkIsAVariant() {
    assertThat(Stream.of(Variant.values()).map(Variant::benchmarkName)).containsAll(names());
  }

  private static List<String> names() {
    return benchmarks()
        .map(method -> method.getDeclaringClass().getName() + "." + method.getName())
        .toList();
  }
}
