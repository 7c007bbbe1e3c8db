package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(KernelArenas.class)
class CsrGraphTest {
  private static final float[] WEIGHTS = {0.5f, 1, 2};

  static Stream<Arguments> hostileOffsets() {
    return Stream.of(
        Arguments.of(new long[] {1, 2, 3, 3}, "offsets[0] is 1; allowed is 0"),
        Arguments.of(new long[] {-1, 2, 3, 3}, "offsets[0] is -1; allowed is 0"),
        Arguments.of(
            new long[] {0, 2, 1, 3}, "offsets[2] is 1; allowed is at least offsets[1], which is 2"),
        Arguments.of(
            new long[] {0, 4, 3, 3}, "offsets[1] is 4; allowed is 0 to the number of targets, 3"),
        Arguments.of(
            new long[] {0, 1, 1L << 40, 3},
            "offsets[2] is 1099511627776; allowed is 0 to the number of targets, 3"),
        Arguments.of(
            new long[] {0, -1, 2, 3}, "offsets[1] is -1; allowed is 0 to the number of targets, 3"),
        Arguments.of(
            new long[] {0, 1, 2, 2}, "offsets[3] is 2; allowed is the number of targets, 3"),
        Arguments.of(
            new long[] {0, 1, 2, 4}, "offsets[3] is 4; allowed is the number of targets, 3"),
        Arguments.of(
            new long[] {0, 1, 2, Long.MIN_VALUE},
            "offsets[3] is -9223372036854775808; allowed is the number of targets, 3"),
        Arguments.of(
            new long[] {0},
            "offsets has 1 elements; allowed is 2 or more, one more than there are nodes"),
        Arguments.of(
            new long[0],
            "offsets has 0 elements; allowed is 2 or more, one more than there are nodes"));
  }

  @ParameterizedTest
  @MethodSource("hostileOffsets")
  void offsetsThatAreNotAllowedAreNamed(long[] offsets, String message) {
    int[] targets = {0, 0, 0};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsrGraph.of(offsets, targets, WEIGHTS))
        .withMessage(message);
    if (Arrays.stream(offsets).allMatch(offset -> offset == (int) offset)) {
      int[] same = Arrays.stream(offsets).mapToInt(offset -> (int) offset).toArray();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CsrGraph.of(same, targets, WEIGHTS))
          .withMessage(message);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void targetsOutsideTheGraphAreNamed(int target) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsrGraph.of(new int[] {0, 1, 3}, new int[] {0, 1, target}, WEIGHTS))
        .withMessage("targets[2] is %d; allowed is a node, 0 to 1", target);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void weightsThatAreNotFiniteAreNamed(float weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> CsrGraph.of(new int[] {0, 1, 3}, new int[3], new float[] {1, weight, Float.NaN}))
        .withMessage("weights[1] is %s; allowed is a finite number", weight);
  }

  @Test
  void asManyWeightsAsTargetsAreAllowed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsrGraph.of(new int[] {0, 2}, new int[2], WEIGHTS))
        .withMessage("weights has 3 elements; allowed is as many as targets has, 2");
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what is tested.
  void nullIsRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> CsrGraph.of((int[]) null, new int[0], new float[0]))
        .withMessage("offsets");
    assertThatNullPointerException()
        .isThrownBy(() -> CsrGraph.of((long[]) null, new int[0], new float[0]))
        .withMessage("offsets");
    assertThatNullPointerException()
        .isThrownBy(() -> CsrGraph.of(new int[2], null, new float[0]))
        .withMessage("targets");
    assertThatNullPointerException()
        .isThrownBy(() -> CsrGraph.of(new int[2], new int[0], null))
        .withMessage("weights");
    assertThatNullPointerException()
        .isThrownBy(() -> CsrGraph.fromEdges(1, null))
        .withMessage("edges");
  }

  @Test
  void longAndIntOffsetsMakeTheSameGraph() {
    RandomGraph arrays = RandomGraph.of(100, 3, 0, 1);
    long[] offsets = Arrays.stream(arrays.offsets()).asLongStream().toArray();
    try (CsrGraph ofInts = arrays.copy();
        CsrGraph ofLongs = CsrGraph.of(offsets, arrays.targets(), arrays.weights())) {
      assertThat(ofInts.nodes()).isEqualTo(100);
      assertThat(ofInts.edges()).isEqualTo(arrays.targets().length);
      assertSameArrays(ofLongs, arrays);
      assertSameArrays(ofInts, arrays);
    }
  }

  @Test
  void changesOfTheArraysDoNotReachTheGraph() {
    RandomGraph arrays = RandomGraph.of(100, 3, 0, 1);
    try (CsrGraph expected = arrays.copy()) {
      int[] targets = arrays.targets().clone();
      float[] weights = arrays.weights().clone();
      try (CsrGraph graph = CsrGraph.of(arrays.offsets(), targets, weights)) {
        Arrays.fill(targets, Integer.MAX_VALUE);
        Arrays.fill(weights, Float.NaN);
        float[] activations = arrays.activations(0, 1);
        float[] same = activations.clone();
        SpreadingActivation.spread(graph, activations, 2);
        SpreadingActivation.spread(expected, same, 2);
        assertThat(activations).isEqualTo(same);
      }
    }
  }

  @Test
  void edgesInAnyOrderAreSortedBySourceAndKeepTheirOrderOtherwise() {
    try (CsrGraph graph =
        CsrGraph.builder(4)
            .addEdge(2, 3, 1)
            .addEdge(0, 1, 2)
            .addEdge(2, 0, 3)
            .addEdge(0, 1, 4)
            .addEdge(2, 2, 5)
            .build()) {
      assertSameArrays(
          graph,
          new RandomGraph(
              new int[] {0, 2, 2, 5, 5}, new int[] {1, 1, 3, 0, 2}, new float[] {2, 4, 1, 3, 5}));
    }
  }

  @Test
  void edgesOfManyChunksMakeTheGraphThatTheirArraysMake() {
    RandomGraph arrays = RandomGraph.of(5000, 100, 0, 4);
    assertThat(arrays.targets().length).isGreaterThan(400_000);
    CsrGraph.Builder builder = CsrGraph.builder(5000);
    // One edge of each node after the other, so that sources are far from sorted.
    for (int i = 0, left = arrays.targets().length; left > 0; i++) {
      for (int node = 0; node < 5000; node++) {
        int edge = arrays.offsets()[node] + i;
        if (edge < arrays.offsets()[node + 1]) {
          builder.addEdge(node, arrays.targets()[edge], arrays.weights()[edge]);
          left--;
        }
      }
    }
    try (CsrGraph graph = builder.build()) {
      assertSameArrays(graph, arrays);
    }
  }

  @Test
  void aBuilderCanGoOnAfterItsGraphIsBuilt() {
    CsrGraph.Builder builder = CsrGraph.builder(2).addEdge(1, 0, 1);
    try (CsrGraph one = builder.build();
        CsrGraph two = builder.addEdge(0, 1, 2).build()) {
      assertThat(one.edges()).isEqualTo(1);
      assertThat(two.edges()).isEqualTo(2);
      assertSameArrays(
          two, new RandomGraph(new int[] {0, 1, 2}, new int[] {1, 0}, new float[] {2, 1}));
    }
  }

  @Test
  void streamsOfEdgesAreReadInOrderEvenIfParallel() {
    Stream<Edge> edges =
        IntStream.range(0, 10_000).parallel().mapToObj(i -> new Edge(i % 3, i % 7, i));
    try (CsrGraph graph = CsrGraph.fromEdges(7, edges)) {
      assertThat(graph.edges()).isEqualTo(10_000);
      for (int i = 0; i < 3334; i++) {
        assertThat(graph.memory().weights().getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(3 * i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAStreamOfEdgesThrowsMidwayIsThrownOn(boolean parallel) {
    AtomicBoolean closed = new AtomicBoolean();
    RuntimeException failure = new RuntimeException("midway");
    IntStream numbers = IntStream.range(0, 10_000);
    Stream<Edge> edges =
        (parallel ? numbers.parallel() : numbers)
            .mapToObj(i -> {
              if (i == 5000) {
                throw failure;
              }
              return new Edge(0, 0, 1);
            });
    assertThatThrownBy(() -> CsrGraph.fromEdges(1, edges.onClose(() -> closed.set(true))))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining("midway");
    assertThat(closed).isFalse();
  }

  @Test
  void aStreamWithoutEdgesMakesAGraphWithoutAndANullEdgeIsRefused() {
    try (CsrGraph graph = CsrGraph.fromEdges(2, Stream.empty())) {
      assertThat(graph.edges()).isZero();
    }
    assertThatNullPointerException()
        .isThrownBy(() -> CsrGraph.fromEdges(1, Stream.of(new Edge(0, 0, 1), (Edge) null)))
        .withMessage("an edge");
  }

  @Test
  void edgesThatAreNotAllowedAreRefusedAndNotAdded() {
    CsrGraph.Builder builder = CsrGraph.builder(3).addEdge(0, 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.addEdge(-1, 0, 1))
        .withMessage("source is -1; allowed is a node, 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.addEdge(0, 3, 1))
        .withMessage("target is 3; allowed is a node, 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.addEdge(0, 1, Float.NaN))
        .withMessage("weight is NaN; allowed is a finite number");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CsrGraph.fromEdges(1, Stream.of(new Edge(1, 0, 1))))
        .withMessage("source is 1; allowed is a node, 0 to 0");
    for (int nodes : new int[] {0, -1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CsrGraph.builder(nodes))
          .withMessage("nodes is %d; allowed is 1 or more", nodes);
    }
    try (CsrGraph graph = builder.build()) {
      assertThat(graph.edges()).isEqualTo(1);
    }
  }

  @Test
  void aGraphMayHaveNoEdges() {
    try (CsrGraph built = CsrGraph.builder(3).build();
        CsrGraph copied = CsrGraph.of(new int[4], new int[0], new float[0])) {
      assertThat(built.edges()).isZero();
      assertThat(copied.edges()).isZero();
      assertThatCode(built::prepare).doesNotThrowAnyException();
    }
  }

  @Test
  void afterTheCloseOnlyTheCountsAreLeft() {
    CsrGraph graph = CsrGraph.builder(2).addEdge(0, 1, 1).build();
    graph.close();
    graph.close();
    assertThat(graph.nodes()).isEqualTo(2);
    assertThat(graph.edges()).isEqualTo(1);
    assertThatIllegalStateException().isThrownBy(graph::prepare).withMessage("The graph is closed");
  }

  @Test
  void afterTheCloseNothingKeepsTheMemory() {
    CsrGraph graph = RandomGraph.of(100, 3, 0, 1).copy().prepare();
    WeakReference<GraphMemory> memory = new WeakReference<>(graph.memory());
    graph.close();
    await()
        .until(() -> {
          System.gc();
          return memory.get() == null;
        });
    assertThat(graph.nodes()).isEqualTo(100);
  }

  @Test
  void aLayoutThatCouldNotBeMadeKeepsNoMemory() {
    int edges = 1_000_000;
    try (CsrGraph graph =
            CsrGraph.of(new int[] {0, edges, edges}, new int[edges], new float[edges]);
        ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(scope.availableBytes());
      long before = LastingMemory.heldBytes();
      for (int attempt = 0; attempt < 20; attempt++) {
        assertThatThrownBy(graph::prepare).isInstanceOf(ArenaOverflowException.class);
        assertThat(graph.memory().hasLayout()).isFalse();
      }
      // A layout has 8 bytes an edge. What other tests left may be freed, too.
      await()
          .until(() -> {
            System.gc();
            return LastingMemory.heldBytes() < before + 10 * 8L * edges;
          });
    }
  }

  @Test
  void preparingTwiceKeepsTheFirstLayout() {
    try (CsrGraph graph = RandomGraph.of(100, 3, 0, 1).copy()) {
      GraphMemory plain = graph.memory();
      assertThat(plain.hasLayout()).isFalse();
      assertThat(graph.prepare()).isSameAs(graph);
      GraphMemory prepared = graph.memory();
      assertThat(prepared.hasLayout()).isTrue();
      // Who spreads with the old one meanwhile goes on with it.
      assertThat(plain.hasLayout()).isFalse();
      assertThat(graph.prepare().memory()).isSameAs(prepared);
    }
  }

  @Test
  void ofSeveralThreadsOneMakesTheLayoutWhileOthersSpread() throws Exception {
    RandomGraph arrays = RandomGraph.of(5000, 10, 0, 1);
    float[] initial = arrays.activations(0, 1);
    double bound = arrays.errorBound(2);
    double[] expected = arrays.spread(initial, 2, SpreadOptions.DEFAULT);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 20; round++) {
        try (CsrGraph graph = arrays.copy()) {
          Callable<GraphMemory> prepare = () -> graph.prepare().memory();
          Callable<GraphMemory> spread =
              () -> {
                float[] activations = initial.clone();
                SpreadingActivation.spread(graph, activations, 2);
                for (int node = 0; node < activations.length; node++) {
                  assertThat(activations[node] - expected[node])
                      .isBetween(-bound * expected[node], bound * expected[node]);
                }
                return graph.prepare().memory();
              };
          for (Future<GraphMemory> future :
              threads.invokeAll(List.of(prepare, spread, prepare, spread))) {
            assertThat(future.get()).isSameAs(graph.memory());
          }
        }
      }
    }
  }

  @Test
  void closingWhileOthersSpreadLetsThemFinishOrRefusesThem() throws Exception {
    RandomGraph arrays = RandomGraph.of(5000, 10, 0, 1);
    float[] initial = arrays.activations(0, 1);
    float[] expected = initial.clone();
    try (CsrGraph graph = arrays.copy()) {
      SpreadingActivation.spread(graph, expected, 3);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int round = 0; round < 20; round++) {
        CsrGraph graph = arrays.copy();
        Callable<Integer> spread = () -> spreadUntilClosed(graph, initial, expected);
        List<Future<Integer>> spreading =
            List.of(threads.submit(spread), threads.submit(spread), threads.submit(spread));
        graph.close();
        for (Future<Integer> future : spreading) {
          assertThat(future.get()).isNotNegative();
        }
      }
    }
  }

  /** How often it could, each time with the right result. */
  private static int spreadUntilClosed(CsrGraph graph, float[] initial, float[] expected) {
    for (int completed = 0; completed < 20_000; completed++) {
      float[] activations = initial.clone();
      try {
        SpreadingActivation.spread(graph, activations, 3);
      } catch (IllegalStateException e) {
        assertThat(activations).isEqualTo(initial);
        return completed;
      }
      assertThat(activations).isEqualTo(expected);
    }
    throw new AssertionError("the graph was not closed");
  }

  private static void assertSameArrays(CsrGraph graph, RandomGraph expected) {
    GraphMemory memory = graph.memory();
    assertThat(memory.offsets().toArray(ValueLayout.JAVA_LONG))
        .isEqualTo(Arrays.stream(expected.offsets()).asLongStream().toArray());
    assertThat(memory.targets().toArray(ValueLayout.JAVA_INT)).isEqualTo(expected.targets());
    assertThat(memory.weights().toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected.weights());
  }
}
