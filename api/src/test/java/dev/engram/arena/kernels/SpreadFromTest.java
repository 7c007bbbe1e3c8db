package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spreading from few nodes, against spreading over all of them. */
@ExtendWith(KernelArenas.class)
class SpreadFromTest {
  private static final SpreadOptions DEFAULT = SpreadOptions.DEFAULT;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17, 130, 1000, 5000})
  void givesTheBitsOfSpreadingOverTheWholeGraph(int nodes) {
    RandomGraph arrays = RandomGraph.of(nodes, 4, -0.3, nodes);
    try (CsrGraph graph = arrays.copy()) {
      for (int active : new int[] {1, nodes / 10 + 1, nodes}) {
        int[] from = everyOther(nodes, active);
        float[] some = arrays.activations(0.1, active);
        float[] given = new float[from.length];
        float[] all = new float[nodes];
        for (int i = 0; i < from.length; i++) {
          given[i] = some[i];
          all[from[i]] = some[i];
        }
        for (int iterations : new int[] {1, 2, 4}) {
          SpreadOptions options = new SpreadOptions(0.5f, iterations == 1 ? 0.2f : 0);
          float[] whole = all.clone();
          SpreadingActivation.spread(graph, whole, iterations, options);
          Activations sparse =
              SpreadingActivation.spreadFrom(graph, from, given, iterations, options);
          assertSame(sparse, whole, from);
        }
      }
    }
  }

  /** Nodes in an order that is not ascending. */
  private static int[] everyOther(int nodes, int count) {
    return IntStream.range(0, count).map(i -> (int) ((nodes - 1L) * (i + 1) % nodes)).toArray();
  }

  private static void assertSame(Activations sparse, float[] whole, int[] from) {
    int[] reached = sparse.nodes();
    for (int i = 1; i < reached.length; i++) {
      assertThat(reached[i]).isGreaterThan(reached[i - 1]);
    }
    for (int node : from) {
      assertThat(Arrays.binarySearch(reached, node)).as("node %d", node).isNotNegative();
    }
    for (int node = 0; node < whole.length; node++) {
      assertThat(Float.floatToRawIntBits(sparse.activationOf(node)))
          .as("node %d", node)
          .isEqualTo(Float.floatToRawIntBits(whole[node]));
    }
  }

  @Test
  void nodesThatNothingReachesAreNotListed() {
    try (CsrGraph graph =
        CsrGraph.builder(9).addEdge(7, 2, 0.5f).addEdge(2, 3, 1).addEdge(4, 5, 1).build()) {
      Activations reached =
          SpreadingActivation.spreadFrom(graph, new int[] {7, 0}, new float[] {1, 0}, 1, DEFAULT);
      // Node 0 was named; 2 got something, but passes nothing on in the same iteration.
      assertThat(reached.nodes()).containsExactly(0, 2, 7);
      assertThat(reached.activations()).containsExactly(0, 0.5f, 1);
      assertThat(reached.size()).isEqualTo(3);
      assertThat(reached.node(1)).isEqualTo(2);
      assertThat(reached.activation(1)).isEqualTo(0.5f);
      assertThat(reached.activationOf(3)).isZero();
      assertThat(reached).hasToString("Activations[3 nodes: 0=0.0, 2=0.5, 7=1.0]");
      assertThat(
              SpreadingActivation.spreadFrom(graph, new int[] {7}, new float[] {1}, 2, DEFAULT)
                  .nodes())
          .containsExactly(2, 3, 7);
    }
  }

  @Test
  void resultsCannotBeChangedThroughWhatTheyHandOut() {
    try (CsrGraph graph = CsrGraph.builder(2).addEdge(0, 1, 0.5f).build()) {
      Activations reached =
          SpreadingActivation.spreadFrom(graph, new int[] {0}, new float[] {1}, 1, DEFAULT);
      Arrays.fill(reached.nodes(), 9);
      Arrays.fill(reached.activations(), 9);
      assertThat(reached.nodes()).containsExactly(0, 1);
      assertThat(reached.activations()).containsExactly(1, 0.5f);
    }
  }

  @Test
  void fromNoNodesNoneIsReached() {
    try (CsrGraph graph = CsrGraph.builder(2).addEdge(0, 1, 0.5f).build()) {
      assertThat(SpreadingActivation.spreadFrom(graph, new int[0], new float[0], 3, DEFAULT).size())
          .isZero();
    }
  }

  @Test
  void moreThanThereWasRoomForAtFirstIsReachedAllTheSame() {
    RandomGraph arrays = RandomGraph.of(20_000, 3, 0, 5);
    int[] from = IntStream.range(0, 2000).toArray();
    float[] given = new float[2000];
    Arrays.fill(given, 0.01f);
    try (CsrGraph graph = arrays.copy()) {
      KernelArenas.configure(64 << 20, OverflowStrategy.ERROR_RETURN);
      Activations expected = SpreadingActivation.spreadFrom(graph, from, given, 3, DEFAULT);
      assertThat(expected.size()).isGreaterThan(10_000);
      // A quarter of what is left there is room for 2048 nodes.
      KernelArenas.configure(64 << 10, OverflowStrategy.FALLBACK);
      assertThatIsEqual(SpreadingActivation.spreadFrom(graph, from, given, 3, DEFAULT), expected);
      assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
    }
  }

  @Test
  void anArenaThatIsTooSmallThrowsAndTheNextCallIsFine() {
    RandomGraph arrays = RandomGraph.of(20_000, 3, 0, 5);
    int[] from = IntStream.range(0, 2000).toArray();
    float[] given = new float[2000];
    Arrays.fill(given, 0.01f);
    KernelArenas.configure(64 << 10, OverflowStrategy.ERROR_RETURN);
    try (CsrGraph graph = arrays.copy();
        ArenaScope scope = ArenaControl.openScope()) {
      long before = scope.availableBytes();
      ArenaStats stats = ArenaControl.stats();
      assertThatThrownBy(() -> SpreadingActivation.spreadFrom(graph, from, given, 3, DEFAULT))
          .isInstanceOf(ArenaOverflowException.class)
          .hasMessageContaining("does not fit the arena");
      assertThat(scope.availableBytes()).isEqualTo(before);
      assertThat(ArenaControl.stats().since(stats).overflowErrors()).isEqualTo(1);
      assertThat(
              SpreadingActivation.spreadFrom(graph, new int[] {3}, new float[] {1}, 1, DEFAULT)
                  .activationOf(3))
          .isPositive();
    }
  }

  @Test
  void aLargeGraphOfWhichLittleIsReachedNeedsLittleOfTheArena() {
    KernelArenas.configure(64 << 10, OverflowStrategy.ERROR_RETURN);
    try (CsrGraph graph =
        CsrGraph.builder(1_000_000).addEdge(5, 999_999, 0.5f).addEdge(999_999, 7, 0.5f).build()) {
      assertThat(
              SpreadingActivation.spreadFrom(graph, new int[] {5}, new float[] {1}, 2, DEFAULT)
                  .nodes())
          .containsExactly(5, 7, 999_999);
    }
  }

  @Test
  void moreThanThereWasRoomForAtFirstTakesRoomForWhatIsReachedOnly() {
    int nodes = 1_000_000;
    int reached = 2400;
    CsrGraph.Builder builder = CsrGraph.builder(nodes);
    for (int target = 1; target < reached; target++) {
      builder.addEdge(0, target, 0.5f);
    }
    // A quarter of it has room for 2048 nodes.
    KernelArenas.configure(64 << 10, OverflowStrategy.FALLBACK);
    try (CsrGraph graph = builder.build()) {
      ArenaStats before = ArenaControl.stats();
      assertThat(
              SpreadingActivation.spreadFrom(graph, new int[] {0}, new float[] {1}, 2, DEFAULT)
                  .size())
          .isEqualTo(reached);
      assertThat(ArenaControl.stats().since(before).fallbackBytes())
          .isLessThan(nodes * (long) Float.BYTES);
    }
  }

  @Test
  void repetitionsGiveEqualBits() {
    RandomGraph arrays = RandomGraph.of(4000, 6, -0.5, 6);
    int[] from = everyOther(4000, 64);
    float[] given = Arrays.copyOf(arrays.activations(-1, 6), 64);
    try (CsrGraph graph = arrays.copy()) {
      Activations first = SpreadingActivation.spreadFrom(graph, from, given, 3, DEFAULT);
      for (int i = 0; i < 5; i++) {
        assertThatIsEqual(SpreadingActivation.spreadFrom(graph, from, given, 3, DEFAULT), first);
      }
    }
  }

  private static void assertThatIsEqual(Activations actual, Activations expected) {
    assertThat(actual.nodes()).isEqualTo(expected.nodes());
    assertThat(Floats.bits(actual.activations())).isEqualTo(Floats.bits(expected.activations()));
  }
}
