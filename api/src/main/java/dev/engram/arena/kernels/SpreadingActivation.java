package dev.engram.arena.kernels;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_spread_options;
import dev.engram.arena.internal.ScopeAccess;
import dev.engram.arena.internal.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Spreads activation along the edges of a graph.
 *
 * <p>In each iteration every node whose activation is at least the firing threshold adds {@code
 * activation * weight * decayPerHop} to each of its targets, from a snapshot of the state before
 * the iteration: a node keeps what it has, and passes on nothing that it got in the same iteration.
 * Then all activations are divided by the largest, if that is above 1.
 *
 * <p>Activations are finite, and may be negative. Sums are taken in single precision: where neither
 * activations nor weights are negative, an activation is within {@code iterations * (d + 3) *
 * 2^-23} of the exact one, relatively, if at most {@code d} edges lead to one node, and no
 * activation is as close to the firing threshold as that. A sum that is too large for a float
 * becomes infinite, and activations not a number from then on.
 *
 * <p>For one graph the result has the same bits whenever it is computed, on any thread, at any size
 * of the arena and on any CPU level, before {@link CsrGraph#prepare()} and after it, whether spread
 * over the whole graph or from a few nodes.
 *
 * <p>The methods may be called by any thread. What they are given must not change during a call. A
 * call is one scope, and so one reset of the arena unless it is made inside another scope; two
 * where more nodes are reached than a quarter of the arena holds.
 *
 * <p>What is copied and what the kernel needs as scratch is taken from the thread's arena. A large
 * graph may need a larger one than the default, or the strategy {@link
 * dev.engram.arena.OverflowStrategy#FALLBACK}: {@link
 * dev.engram.arena.ArenaConfig#recommendedPoolSizeBytes recommendedPoolSizeBytes(8L *
 * graph.nodes(), 3)} is enough for an array of activations, and half of these bytes for a segment.
 */
public final class SpreadingActivation {
  private static final long ALIGNMENT_BYTES = 64;

  /** Nodes between two safepoints: each may wait for memory. */
  private static final int NODES_OF_PART = 256;

  /** A node that was reached, and its activation. */
  private static final long REACHED_BYTES = Integer.BYTES + Float.BYTES;

  private SpreadingActivation() {}

  /**
   * Spreads with {@link SpreadOptions#DEFAULT}.
   *
   * @param graph the graph
   * @param activations the activation of each node, finite; read and written. Untouched if the call
   *     throws
   * @param iterations how often, 1 or more
   * @throws IllegalArgumentException if there is not one activation for each node, one is not
   *     finite, or there is no iteration
   * @throws IllegalStateException if the graph is closed
   * @throws dev.engram.arena.ArenaOverflowException if 8 bytes a node do not fit what is left of
   *     the arena and the overflow strategy does not serve them
   */
  public static void spread(CsrGraph graph, float[] activations, int iterations) {
    spread(graph, activations, iterations, SpreadOptions.DEFAULT);
  }

  /**
   * Spreads over the whole graph. The activations are copied into the thread's arena, and back.
   *
   * @param graph the graph
   * @param activations the activation of each node, finite; read and written. Untouched if the call
   *     throws
   * @param iterations how often, 1 or more
   * @param options how
   * @throws IllegalArgumentException if there is not one activation for each node, one is not
   *     finite, or there is no iteration
   * @throws IllegalStateException if the graph is closed
   * @throws dev.engram.arena.ArenaOverflowException if 8 bytes a node do not fit what is left of
   *     the arena and the overflow strategy does not serve them
   */
  public static void spread(
      CsrGraph graph, float[] activations, int iterations, SpreadOptions options) {
    GraphMemory memory = Objects.requireNonNull(graph, "graph").memory();
    Objects.requireNonNull(activations, "activations");
    Objects.requireNonNull(options, "options");
    requireForEachNode(activations.length, graph);
    requireIterations(iterations);
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment array = MemorySegment.ofArray(activations);
      MemorySegment staged = stage(scope.uninitialized(), array);
      spread(scope, memory, staged, iterations, options);
      HeapCopies.copy(staged, 0, array, 0, array.byteSize());
    }
  }

  /**
   * Spreads over the whole graph, on native activations in place. Nothing is copied.
   *
   * <p>The segment may be of any lifetime; it cannot be closed during the call.
   *
   * @param graph the graph
   * @param activations a float for each node, finite; read and written. Untouched if the call
   *     throws
   * @param iterations how often, 1 or more
   * @param options how
   * @throws IllegalArgumentException if the segment is on the heap, read-only, not aligned to a
   *     float's 4 bytes, or not a float for each node long; if an activation is not finite, or
   *     there is no iteration
   * @throws IllegalStateException if the graph or the segment is closed
   * @throws WrongThreadException if the segment is confined to another thread
   * @throws dev.engram.arena.ArenaOverflowException if 4 bytes a node do not fit what is left of
   *     the arena and the overflow strategy does not serve them
   */
  public static void spread(
      CsrGraph graph, MemorySegment activations, int iterations, SpreadOptions options) {
    GraphMemory memory = Objects.requireNonNull(graph, "graph").memory();
    Objects.requireNonNull(options, "options");
    requireForEachNode(Arguments.requireFloats("activations", activations), graph);
    Arguments.requireWritable("activations", activations);
    requireIterations(iterations);
    try (ArenaScope scope = ArenaControl.openScope()) {
      spread(scope, memory, activations, iterations, options);
    }
  }

  private static void spread(
      ArenaScope scope,
      GraphMemory memory,
      MemorySegment activations,
      int iterations,
      SpreadOptions options) {
    int status;
    try {
      status =
          ScopeAccess.requireMemory(
              scope,
              engram_arena_h.engram_spread_activation(
                  ScopeAccess.header(scope),
                  memory.struct(),
                  nativeOptions(scope.uninitialized(), iterations, options),
                  activations,
                  ScopeAccess.failure(scope)));
    } finally {
      Reference.reachabilityFence(memory);
    }
    if (status == engram_arena_h.ENGRAM_INVALID_ARGUMENT()) {
      throw refused(activations, null);
    }
    Status.requireOk(status, "engram_spread_activation");
  }

  /**
   * Spreads from a few nodes; all others have activation 0. The work is proportional to the edges
   * of the nodes that fire, not to the graph. The result is that of {@link #spread(CsrGraph,
   * float[], int, SpreadOptions)}, without the nodes that nothing reached.
   *
   * <p>What is given and the result are staged in the thread's arena, 8 bytes a node, besides the
   * kernel's scratch. That is at most 128 bytes for each node that an iteration starts from and
   * each edge that it follows, and never more than as much for each node of the graph.
   *
   * @param graph the graph
   * @param nodes different nodes, in any order
   * @param activations the activation of each of them, finite
   * @param iterations how often, 1 or more
   * @param options how
   * @return each node that was given or that something was added to, and its activation
   * @throws IllegalArgumentException if there is not one activation for each node that is given, a
   *     node is not of the graph or given twice, an activation is not finite, or there is no
   *     iteration
   * @throws IllegalStateException if the graph is closed
   * @throws dev.engram.arena.ArenaOverflowException if this does not fit what is left of the arena
   *     and the overflow strategy does not serve it
   */
  public static Activations spreadFrom(
      CsrGraph graph, int[] nodes, float[] activations, int iterations, SpreadOptions options) {
    GraphMemory memory = Objects.requireNonNull(graph, "graph").memory();
    Objects.requireNonNull(nodes, "nodes");
    Objects.requireNonNull(activations, "activations");
    Objects.requireNonNull(options, "options");
    if (activations.length != nodes.length) {
      throw new IllegalArgumentException(
          "activations has %d elements; allowed is as many as nodes has, %d"
              .formatted(activations.length, nodes.length));
    }
    requireIterations(iterations);
    long reachedMax = reachedMax(memory, nodes, iterations);
    if (nodes.length == 0) {
      return Activations.none();
    }
    Sparse call = new Sparse(memory, nodes, activations, iterations, options);
    Activations reached = call.tryWith(reachedMax, true);
    return reached != null ? reached : Objects.requireNonNull(call.tryWith(call.required, false));
  }

  /** The most nodes that can be reached. Checks that the given ones are of the graph. */
  private static long reachedMax(GraphMemory memory, int[] nodes, int iterations) {
    long[] reached = {nodes.length};
    LoopParts.run(
        nodes.length,
        NODES_OF_PART,
        (first, end) -> {
          for (int i = first; i < end; i++) {
            reached[0] += edgesOf(memory, nodes, i);
          }
        });
    return iterations == 1 ? Math.min(reached[0], memory.nodes()) : memory.nodes();
  }

  private static long edgesOf(GraphMemory memory, int[] nodes, int index) {
    int node = nodes[index];
    if (node < 0 || node >= memory.nodes()) {
      throw Arguments.refused("nodes[" + index + "]", node, "a node, 0 to " + (memory.nodes() - 1));
    }
    return memory.offset(node + 1L) - memory.offset(node);
  }

  /** A call of spreadFrom, which is made again if there was no room for what was reached. */
  private static final class Sparse {
    private final GraphMemory memory;
    private final int[] nodes;
    private final float[] activations;
    private final int iterations;
    private final SpreadOptions options;

    /** What was reached when there was no room for it. */
    private long required;

    Sparse(
        GraphMemory memory,
        int[] nodes,
        float[] activations,
        int iterations,
        SpreadOptions options) {
      this.memory = memory;
      this.nodes = nodes;
      this.activations = activations;
      this.iterations = iterations;
      this.options = options;
    }

    /**
     * Makes the call.
     *
     * @param reachedMax how many nodes to have room for
     * @param bounded whether to have room for fewer, rather than take much of the arena
     * @return null if there was no room
     */
    @Nullable Activations tryWith(long reachedMax, boolean bounded) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        SegmentAllocator scratch = scope.uninitialized();
        MemorySegment stagedNodes = stage(scratch, MemorySegment.ofArray(nodes));
        MemorySegment stagedActivations = stage(scratch, MemorySegment.ofArray(activations));
        MemorySegment nativeOptions = nativeOptions(scratch, iterations, options);
        long quarter = scope.availableBytes() / 4 / REACHED_BYTES;
        long capacity = bounded ? Math.clamp(quarter, 1, reachedMax) : reachedMax;
        MemorySegment reachedNodes = scratch.allocate(capacity * Integer.BYTES, ALIGNMENT_BYTES);
        MemorySegment reached = scratch.allocate(capacity * Float.BYTES, ALIGNMENT_BYTES);
        MemorySegment reachedCount = scratch.allocate(ValueLayout.JAVA_LONG);
        int status =
            ScopeAccess.requireMemory(
                scope,
                engram_arena_h.engram_spread_from(
                    ScopeAccess.header(scope),
                    memory.struct(),
                    nativeOptions,
                    stagedNodes,
                    stagedActivations,
                    nodes.length,
                    capacity,
                    reachedNodes,
                    reached,
                    reachedCount,
                    ScopeAccess.failure(scope)));
        if (status == engram_arena_h.ENGRAM_OUTPUT_TOO_SMALL()) {
          required = reachedCount.get(ValueLayout.JAVA_LONG, 0);
          return null;
        }
        if (status == engram_arena_h.ENGRAM_INVALID_ARGUMENT()) {
          throw refused(stagedActivations, stagedNodes);
        }
        Status.requireOk(status, "engram_spread_from");
        return copyOf(
            reachedNodes, reached, Math.toIntExact(reachedCount.get(ValueLayout.JAVA_LONG, 0)));
      } finally {
        Reference.reachabilityFence(memory);
      }
    }
  }

  private static Activations copyOf(MemorySegment nodes, MemorySegment activations, int count) {
    int[] nodeArray = new int[count];
    float[] activationArray = new float[count];
    HeapCopies.copy(nodes, 0, MemorySegment.ofArray(nodeArray), 0, (long) count * Integer.BYTES);
    HeapCopies.copy(
        activations, 0, MemorySegment.ofArray(activationArray), 0, (long) count * Float.BYTES);
    return new Activations(nodeArray, activationArray);
  }

  private static MemorySegment stage(SegmentAllocator scratch, MemorySegment array) {
    MemorySegment staged = scratch.allocate(array.byteSize(), ALIGNMENT_BYTES);
    HeapCopies.copy(array, 0, staged, 0, array.byteSize());
    return staged;
  }

  private static MemorySegment nativeOptions(
      SegmentAllocator scratch, int iterations, SpreadOptions options) {
    MemorySegment struct = engram_spread_options.allocate(scratch);
    engram_spread_options.struct_size_bytes(struct, engram_spread_options.sizeof());
    engram_spread_options.iterations(struct, iterations);
    engram_spread_options.decay_per_hop(struct, options.decayPerHop());
    engram_spread_options.firing_threshold(struct, options.firingThreshold());
    return struct;
  }

  private static void requireForEachNode(long activations, CsrGraph graph) {
    if (activations != graph.nodes()) {
      throw new IllegalArgumentException(
          "activations has %d elements; allowed is one for each node of the graph, %d"
              .formatted(activations, graph.nodes()));
    }
  }

  private static void requireIterations(int iterations) {
    if (iterations < 1) {
      throw Arguments.refused("iterations", iterations, "1 or more");
    }
  }

  /**
   * What to throw since the kernel refused the activations, or nodes that are of the graph. It does
   * not say which.
   */
  private static RuntimeException refused(
      MemorySegment activations, @Nullable MemorySegment nodes) {
    Map<Integer, Long> indexOfNode = new HashMap<>();
    for (long i = 0; i < activations.byteSize() / Float.BYTES; i++) {
      float activation = activations.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      if (!Float.isFinite(activation)) {
        return Arguments.refused("activations[" + i + "]", activation, "a finite number");
      }
      if (nodes != null) {
        int node = nodes.getAtIndex(ValueLayout.JAVA_INT, i);
        Long before = indexOfNode.putIfAbsent(node, i);
        if (before != null) {
          return Arguments.refused(
              "nodes[" + i + "]", node, "each node once, and nodes[%d] is it".formatted(before));
        }
      }
    }
    return new IllegalStateException("activations changed during the call");
  }
}
