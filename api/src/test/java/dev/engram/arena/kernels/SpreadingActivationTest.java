package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(KernelArenas.class)
class SpreadingActivationTest {
  private static final SpreadOptions DEFAULT = SpreadOptions.DEFAULT;

  static IntStream nodeCounts() {
    return IntStream.concat(IntStream.rangeClosed(1, 130), IntStream.of(768, 1536, 4096));
  }

  @ParameterizedTest
  @MethodSource("nodeCounts")
  void everyFormAgreesWithTheDoublePrecisionReference(int nodes) {
    RandomGraph arrays = RandomGraph.of(nodes, 5, 0, nodes);
    float[] activations = arrays.activations(0, nodes);
    for (int iterations : new int[] {1, 5}) {
      // Later on, rounding could take an activation across the threshold.
      SpreadOptions options = new SpreadOptions(0.75f, iterations == 1 ? 0.1f : 0);
      double[] expected = arrays.spread(activations, iterations, options);
      double bound = arrays.errorBound(iterations);
      try (CsrGraph graph = arrays.copy()) {
        float[] spread = activations.clone();
        SpreadingActivation.spread(graph, spread, iterations, options);
        assertWithin(bound, spread, expected);
        for (int shift : new int[] {0, 4, 8, 60}) {
          assertThat(Floats.bits(spreadInPlace(graph, activations, shift, iterations, options)))
              .isEqualTo(Floats.bits(spread));
        }
        float[] prepared = activations.clone();
        SpreadingActivation.spread(graph.prepare(), prepared, iterations, options);
        assertThat(Floats.bits(prepared)).isEqualTo(Floats.bits(spread));
      }
    }
  }

  /** More nodes than a half of a layout's edge can tell apart. */
  @Test
  void aLargePreparedGraphAgreesWithTheReferenceAndToTheBitWithItselfUnprepared() {
    KernelArenas.configure(4 << 20, OverflowStrategy.ERROR_RETURN);
    RandomGraph arrays = RandomGraph.of(200_000, 4, 0, 11);
    float[] activations = arrays.activations(0, 11);
    double[] expected = arrays.spread(activations, 3, DEFAULT);
    double bound = arrays.errorBound(3);
    try (CsrGraph graph = arrays.copy()) {
      float[] unprepared = activations.clone();
      SpreadingActivation.spread(graph, unprepared, 3);
      assertWithin(bound, unprepared, expected);
      SpreadingActivation.spread(graph.prepare(), activations, 3);
      assertThat(Floats.bits(activations)).isEqualTo(Floats.bits(unprepared));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eighthsOfEitherSignAreAddedExactly(boolean prepared) {
    RandomGraph positive = RandomGraph.of(1000, 8, -1, 3);
    float[] eighths = new float[positive.weights().length];
    for (int edge = 0; edge < eighths.length; edge++) {
      eighths[edge] = Math.round(positive.weights()[edge] * 8) / 8f;
    }
    RandomGraph arrays = new RandomGraph(positive.offsets(), positive.targets(), eighths);
    float[] activations = new float[1000];
    for (int node = 0; node < 1000; node++) {
      activations[node] = (node % 7 - 3) / 1024f;
    }
    double[] expected = arrays.spread(activations, 2, DEFAULT);
    try (CsrGraph graph = arrays.copy()) {
      if (prepared) {
        graph.prepare();
      }
      SpreadingActivation.spread(graph, activations, 2);
    }
    assertWithin(0, activations, expected);
  }

  @Test
  void aChainPassesActivationOnOneHopAnIteration() {
    try (CsrGraph chain =
        CsrGraph.builder(4).addEdge(0, 1, 0.5f).addEdge(1, 2, 0.5f).addEdge(2, 3, 0.5f).build()) {
      assertSpreads(chain, 1, DEFAULT, new float[] {1, 0, 0, 0}, 1, 0.5f, 0, 0);
      assertSpreads(chain, 2, DEFAULT, new float[] {1, 0, 0, 0}, 1, 1, 0.25f, 0);
      // 1, 1.5, 0.75 and 0.125 by their largest.
      assertSpreads(
          chain, 3, DEFAULT, new float[] {1, 0, 0, 0}, 1 / 1.5f, 1, 0.75f / 1.5f, 0.125f / 1.5f);
    }
  }

  @Test
  void aStarsHubGivesToAllAndGetsFromAll() {
    CsrGraph.Builder outward = CsrGraph.builder(5);
    CsrGraph.Builder inward = CsrGraph.builder(5);
    for (int leaf = 1; leaf < 5; leaf++) {
      outward.addEdge(0, leaf, leaf / 8f);
      inward.addEdge(leaf, 0, 0.5f);
    }
    try (CsrGraph star = outward.build()) {
      assertSpreads(star, 1, DEFAULT, new float[] {1, 0, 0, 0, 0}, 1, 0.125f, 0.25f, 0.375f, 0.5f);
    }
    try (CsrGraph star = inward.build()) {
      assertSpreads(star, 1, DEFAULT, new float[] {0, 1, 1, 1, 1}, 1, 0.5f, 0.5f, 0.5f, 0.5f);
    }
  }

  @Test
  void aCycleReachesItsStartAgainAndASelfLoopAddsToItself() {
    try (CsrGraph cycle =
        CsrGraph.builder(3).addEdge(0, 1, 1).addEdge(1, 2, 1).addEdge(2, 0, 1).build()) {
      assertSpreads(cycle, 1, DEFAULT, new float[] {0.25f, 0, 0}, 0.25f, 0.25f, 0);
      assertSpreads(cycle, 3, DEFAULT, new float[] {0.125f, 0, 0}, 0.25f, 0.375f, 0.375f);
    }
    try (CsrGraph loop = CsrGraph.builder(1).addEdge(0, 0, 1).build()) {
      assertSpreads(loop, 2, DEFAULT, new float[] {0.125f}, 0.5f);
      assertSpreads(loop, 9, DEFAULT, new float[] {0.125f}, 1);
    }
  }

  @Test
  void whatIsNotConnectedIsNotReachedButDividedByTheSameLargest() {
    try (CsrGraph graph = CsrGraph.builder(4).addEdge(0, 1, 1).addEdge(0, 1, 1).build()) {
      assertSpreads(graph, 1, DEFAULT, new float[] {1, 0, 0, 1}, 0.5f, 1, 0, 0.5f);
    }
    try (CsrGraph edgeless = CsrGraph.builder(3).build()) {
      assertSpreads(edgeless, 7, DEFAULT, new float[] {0.5f, 0, -3}, 0.5f, 0, -3);
      assertSpreads(edgeless, 1, DEFAULT, new float[] {4, 1, -2}, 1, 0.25f, -0.5f);
    }
  }

  @Test
  void decayPerHopAndFiringThresholdApplyToEachEdge() {
    try (CsrGraph graph = CsrGraph.builder(3).addEdge(0, 2, 1).addEdge(1, 2, 0.5f).build()) {
      float[] activations = {0.25f, 0.5f, 0};
      assertSpreads(
          graph, 1, DEFAULT.withDecayPerHop(0.5f), activations, 0.25f, 0.5f, 0.125f + 0.125f);
      assertSpreads(graph, 1, DEFAULT.withFiringThreshold(0.5f), activations, 0.25f, 0.5f, 0.25f);
      assertSpreads(
          graph,
          1,
          DEFAULT.withFiringThreshold(Float.POSITIVE_INFINITY),
          activations,
          0.25f,
          0.5f,
          0);
    }
  }

  /** More nodes than a vector has lanes, and some that are left. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nodesAtTheThresholdFire(boolean prepared) {
    int nodes = 40;
    CsrGraph.Builder cycle = CsrGraph.builder(nodes);
    float[] activations = new float[nodes];
    for (int node = 0; node < nodes; node++) {
      cycle.addEdge(node, (node + 1) % nodes, 0.5f);
      activations[node] = 0.5f;
    }
    try (CsrGraph graph = cycle.build()) {
      if (prepared) {
        graph.prepare();
      }
      SpreadingActivation.spread(graph, activations, 1, DEFAULT.withFiringThreshold(0.5f));
    }
    assertThat(activations).containsOnly(0.75f);
  }

  @Test
  void negativeActivationFiresAtThresholdZeroOnly() {
    try (CsrGraph graph = CsrGraph.builder(2).addEdge(0, 1, 0.5f).build()) {
      assertSpreads(graph, 1, DEFAULT, new float[] {-1, 0}, -1, -0.5f);
      assertSpreads(
          graph, 1, DEFAULT.withFiringThreshold(Float.MIN_VALUE), new float[] {-1, 0}, -1, 0);
    }
  }

  @Test
  void aSumThatIsTooLargeForAFloatIsNotHidden() {
    try (CsrGraph graph =
        CsrGraph.builder(2).addEdge(0, 1, Float.MAX_VALUE).addEdge(0, 1, Float.MAX_VALUE).build()) {
      float[] activations = {1, 0};
      SpreadingActivation.spread(graph, activations, 1);
      assertThat(activations[1]).isNaN();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void repetitionsAndOtherThreadsGiveEqualBits(boolean prepared) throws Exception {
    RandomGraph arrays = RandomGraph.of(3000, 10, -0.2, 7);
    float[] activations = arrays.activations(-0.5, 7);
    try (CsrGraph graph = arrays.copy();
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      if (prepared) {
        graph.prepare();
      }
      Callable<int[]> call =
          () -> {
            float[] own = activations.clone();
            SpreadingActivation.spread(graph, own, 4, new SpreadOptions(0.9f, 0));
            return Floats.bits(own);
          };
      int[] expected = call.call();
      for (Future<int[]> future : threads.invokeAll(List.of(call, call, call, call, call, call))) {
        assertThat(future.get()).isEqualTo(expected);
      }
      // Another copy lies elsewhere.
      try (CsrGraph other = prepared ? arrays.copy().prepare() : arrays.copy()) {
        float[] own = activations.clone();
        SpreadingActivation.spread(other, own, 4, new SpreadOptions(0.9f, 0));
        assertThat(Floats.bits(own)).isEqualTo(expected);
      }
    }
  }

  @Test
  void virtualThreadsSpreadOverOneGraph() throws Exception {
    RandomGraph arrays = RandomGraph.of(500, 6, 0, 9);
    float[] activations = arrays.activations(0, 9);
    try (CsrGraph graph = arrays.copy();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      float[] expected = activations.clone();
      SpreadingActivation.spread(graph, expected, 3);
      Callable<int[]> call =
          () -> {
            float[] own = activations.clone();
            SpreadingActivation.spread(graph, own, 3);
            return Floats.bits(own);
          };
      for (Future<int[]> future :
          threads.invokeAll(IntStream.range(0, 50).mapToObj(i -> call).toList())) {
        assertThat(future.get()).isEqualTo(Floats.bits(expected));
      }
    }
  }

  private static void assertSpreads(
      CsrGraph graph,
      int iterations,
      SpreadOptions options,
      float[] activations,
      float... expected) {
    float[] spread = activations.clone();
    SpreadingActivation.spread(graph, spread, iterations, options);
    assertThat(spread).containsExactly(expected, within(1e-7f));
    int[] all = IntStream.range(0, activations.length).toArray();
    Activations sparse =
        SpreadingActivation.spreadFrom(graph, all, activations, iterations, options);
    assertThat(sparse.nodes()).isEqualTo(all);
    assertThat(sparse.activations()).containsExactly(expected, within(1e-7f));
  }

  private static void assertWithin(double relative, float[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int node = 0; node < expected.length; node++) {
      assertThat((double) actual[node])
          .as("node %d", node)
          .isCloseTo(expected[node], within(Math.abs(expected[node]) * relative));
    }
  }

  /** Spreads activations that start {@code shift} bytes behind a boundary of 64 bytes. */
  private static float[] spreadInPlace(
      CsrGraph graph, float[] activations, int shift, int iterations, SpreadOptions options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = Floats.copyOf(activations, shift, arena);
      SpreadingActivation.spread(graph, segment, iterations, options);
      return segment.toArray(ValueLayout.JAVA_FLOAT);
    }
  }
}
