package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused leaves the activations as they were, and nothing in the arena. */
@ExtendWith(KernelArenas.class)
class SpreadingActivationInputTest {
  private static final SpreadOptions DEFAULT = SpreadOptions.DEFAULT;

  private final CsrGraph graph =
      CsrGraph.builder(3).addEdge(0, 1, 0.5f).addEdge(1, 2, 0.5f).build();
  private final float[] activations = {1, 0.5f, 0.25f};
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, activations);

  @AfterEach
  void nothingWasWritten() {
    assertThat(activations).containsExactly(1, 0.5f, 0.25f);
    assertThat(segment.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 0.5f, 0.25f);
    assertThat(ArenaControl.stats().usedBytes()).isZero();
    arena.close();
  }

  @Test
  @SuppressWarnings("NullAway") // Null is what is tested.
  void nullIsRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spread(null, activations, 1))
        .withMessage("graph");
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spread(null, segment, 1, DEFAULT))
        .withMessage("graph");
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, null, 1))
        .withMessage("activations");
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, activations, 1, null))
        .withMessage("options");
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, segment, 1, null))
        .withMessage("options");
    assertThatNullPointerException()
        .isThrownBy(
            () -> SpreadingActivation.spreadFrom(null, new int[0], new float[0], 1, DEFAULT))
        .withMessage("graph");
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spreadFrom(graph, null, activations, 1, DEFAULT))
        .withMessage("nodes");
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spreadFrom(graph, new int[3], null, 1, DEFAULT))
        .withMessage("activations");
    assertThatNullPointerException()
        .isThrownBy(() -> SpreadingActivation.spreadFrom(graph, new int[3], activations, 1, null))
        .withMessage("options");
  }

  @Test
  void asManyActivationsAsNodesAreAllowed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, new float[4], 1))
        .withMessageContainingAll("activations has 4", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, new float[0], 1))
        .withMessageContainingAll("activations has 0", "3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, segment.asSlice(0, 8), 1, DEFAULT))
        .withMessageContainingAll("activations has 2", "3");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void lessThanOneIterationIsRefused(int iterations) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, activations, iterations))
        .withMessage("iterations is %d; allowed is 1 or more", iterations);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, segment, iterations, DEFAULT))
        .withMessage("iterations is %d; allowed is 1 or more", iterations);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            SpreadingActivation.spreadFrom(
                graph, new int[] {0, 1, 2}, activations, iterations, DEFAULT))
        .withMessage("iterations is %d; allowed is 1 or more", iterations);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void activationsThatAreNotFiniteAreNamed(float value) {
    float[] hostile = {1, value, 0.25f};
    String message = "activations[1] is " + value + "; allowed is a finite number";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, hostile, 1))
        .withMessage(message);
    assertThat(hostile).containsExactly(1, value, 0.25f);
    MemorySegment nativeHostile = arena.allocateFrom(ValueLayout.JAVA_FLOAT, hostile);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, nativeHostile, 1, DEFAULT))
        .withMessage(message);
    assertThat(nativeHostile.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, value, 0.25f);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SpreadingActivation.spreadFrom(graph, new int[] {2, 0, 1}, hostile, 1, DEFAULT))
        .withMessage(message);
  }

  @Test
  void optionsOutsideTheirRangeAreRefused() {
    for (float decay : new float[] {0, -0.5f, 1.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DEFAULT.withDecayPerHop(decay))
          .withMessage("decayPerHop is %s; allowed is above 0 and at most 1", decay);
    }
    for (float threshold : new float[] {-Float.MIN_VALUE, Float.NEGATIVE_INFINITY, Float.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DEFAULT.withFiringThreshold(threshold))
          .withMessage("firingThreshold is %s; allowed is 0 or more", threshold);
    }
    assertThat(DEFAULT.withDecayPerHop(0.5f).withFiringThreshold(2))
        .isEqualTo(new SpreadOptions(0.5f, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void nodesThatAreNotOfTheGraphAreNamed(int node) {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            SpreadingActivation.spreadFrom(graph, new int[] {0, 1, node}, activations, 1, DEFAULT))
        .withMessage("nodes[2] is %d; allowed is a node, 0 to 2", node);
  }

  @Test
  void nodesThatAreNamedTwiceAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            SpreadingActivation.spreadFrom(graph, new int[] {2, 1, 2}, activations, 1, DEFAULT))
        .withMessageContainingAll("nodes[2] is 2", "nodes[0]");
    // More than there are nodes.
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SpreadingActivation.spreadFrom(graph, new int[5], new float[5], 1, DEFAULT))
        .withMessageContainingAll("nodes[1] is 0", "nodes[0]");
  }

  @Test
  void asManyActivationsAsNamedNodesAreAllowed() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SpreadingActivation.spreadFrom(graph, new int[] {1}, activations, 1, DEFAULT))
        .withMessageContainingAll("activations has 3", "1");
  }

  @Test
  void segmentsThatCannotBeUsedInPlaceAreRefused() {
    MemorySegment heap = MemorySegment.ofArray(activations);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, heap, 1, DEFAULT))
        .withMessageContaining("activations is a heap segment");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, segment.asReadOnly(), 1, DEFAULT))
        .withMessageContaining("activations is read-only");
    MemorySegment unaligned = arena.allocate(16, 64).asSlice(2, 12);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, unaligned, 1, DEFAULT))
        .withMessageStartingWith("activations starts 2 bytes above");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, segment.asSlice(0, 11), 1, DEFAULT))
        .withMessageContaining("has 11 bytes");
  }

  @Test
  void closedSegmentsAndThoseOfAnotherThreadThrow() {
    MemorySegment closed;
    try (Arena shortLived = Arena.ofShared()) {
      closed = shortLived.allocate(12, 4);
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, closed, 1, DEFAULT));
    assertThatThrownBy(() ->
            CompletableFuture.runAsync(() -> SpreadingActivation.spread(graph, segment, 1, DEFAULT))
                .join())
        .hasCauseInstanceOf(WrongThreadException.class);
  }

  @Test
  void aClosedGraphThrows() {
    graph.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, activations, 1))
        .withMessage("The graph is closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> SpreadingActivation.spread(graph, segment, 1, DEFAULT))
        .withMessage("The graph is closed");
    assertThatIllegalStateException()
        .isThrownBy(() ->
            SpreadingActivation.spreadFrom(graph, new int[] {0, 1, 2}, activations, 1, DEFAULT))
        .withMessage("The graph is closed");
  }

  @Test
  void aGraphThatIsTooLargeForTheArenaThrowsOrIsServedWithTheSameBits() {
    RandomGraph arrays = RandomGraph.of(300_000, 2, 0, 1);
    float[] initial = arrays.activations(0, 1);
    try (CsrGraph large = arrays.copy()) {
      KernelArenas.configure(
          ArenaConfig.recommendedPoolSizeBytes(8L * large.nodes(), 3),
          OverflowStrategy.ERROR_RETURN);
      float[] expected = initial.clone();
      SpreadingActivation.spread(large, expected, 2);

      KernelArenas.configure(1 << 20, OverflowStrategy.ERROR_RETURN);
      float[] refused = initial.clone();
      ArenaStats before = ArenaControl.stats();
      assertThatThrownBy(() -> SpreadingActivation.spread(large, refused, 2))
          .isInstanceOfSatisfying(
              ArenaOverflowException.class,
              e -> assertThat(e.requestedBytes()).isEqualTo(1_200_000));
      assertThat(refused).isEqualTo(initial);
      assertThat(ArenaControl.stats().since(before).overflowErrors()).isEqualTo(1);

      KernelArenas.configure(1 << 20, OverflowStrategy.FALLBACK);
      SpreadingActivation.spread(large, refused, 2);
      assertThat(Floats.bits(refused)).isEqualTo(Floats.bits(expected));
      assertThat(ArenaControl.stats().heldFallbackBytes()).isZero();
    }
  }

  @Test
  void scratchThatDoesNotFitThrowsAndLeavesTheSegmentAndTheScope() {
    RandomGraph arrays = RandomGraph.of(300_000, 2, 0, 1);
    float[] initial = arrays.activations(0, 1);
    try (CsrGraph large = arrays.copy();
        ArenaScope scope = ArenaControl.openScope();
        Arena memory = Arena.ofConfined()) {
      MemorySegment kept = scope.allocate(100);
      MemorySegment inPlace = memory.allocateFrom(ValueLayout.JAVA_FLOAT, initial);
      long available = scope.availableBytes();
      assertThatThrownBy(() -> SpreadingActivation.spread(large, inPlace, 2, DEFAULT))
          .isInstanceOf(ArenaOverflowException.class)
          .hasMessageContainingAll("does not fit the arena", "engram.arena.size");
      assertThat(inPlace.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(initial);
      assertThat(scope.availableBytes()).isEqualTo(available);
      assertThat(kept.get(ValueLayout.JAVA_BYTE, 99)).isZero();
    }
  }
}
