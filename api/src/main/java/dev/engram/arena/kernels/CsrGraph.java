package dev.engram.arena.kernels;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.internal.ScopeAccess;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directed graph with weighted edges, in native memory, for {@link SpreadingActivation}. Nodes
 * are numbered from 0. The edges of a node lie together (compressed sparse rows): those of node
 * {@code i} are the ones from {@code offsets[i]} up to, and without, {@code offsets[i + 1]}.
 * Several edges from one node to another are allowed, as are edges from a node to itself.
 *
 * <p>A graph takes 8 bytes a node and 8 an edge, outside any arena and off the heap; prepared,
 * another 8 an edge. {@code -XX:MaxDirectMemorySize} bounds the large graphs and matrices of a
 * process together, apart from its other direct memory: what makes a graph throws {@link
 * OutOfMemoryError} where there is not enough. A graph is copied from what it is made of, checked
 * once, and does not change: any thread may use it at any time, several at once.
 *
 * <p>{@link #close} marks a graph closed for all threads; calls that are under way complete. Its
 * memory is given back when the garbage collector finds that nothing uses it any more, which also
 * happens to a graph that is unreachable and was never closed.
 */
public final class CsrGraph implements AutoCloseable {
  private final int nodes;
  private final long edges;

  /** Null once closed. Replaced once by one with a layout. */
  private final AtomicReference<@Nullable GraphMemory> memory;

  /** Held by who makes the layout, so that it is made once. */
  private final Object preparing = new Object();

  private CsrGraph(GraphMemory memory) {
    memory.requireValid();
    nodes = Math.toIntExact(memory.nodes());
    edges = memory.edges();
    this.memory = new AtomicReference<>(memory);
  }

  /**
   * Copies a graph from its arrays. The copy is checked, so it does not matter whether another
   * thread changes them meanwhile.
   *
   * @param offsets where each node's edges start in the other arrays, and, last, the number of
   *     edges: one more than there are nodes, of which there is one at least; the first is 0, and
   *     none is below the one before
   * @param targets the node that each edge leads to: 0 or more, and less than the number of nodes
   * @param weights the weight of each edge, finite
   * @return the graph
   * @throws IllegalArgumentException if the arrays are not what is allowed; the message names the
   *     first that is wrong, where, and its value
   */
  public static CsrGraph of(long[] offsets, int[] targets, float[] weights) {
    Objects.requireNonNull(offsets, "offsets");
    GraphMemory memory = allocate(offsets.length, targets, weights);
    copy(MemorySegment.ofArray(offsets), memory.offsets());
    return new CsrGraph(memory);
  }

  /**
   * Copies a graph from its arrays, as {@link #of(long[], int[], float[])} does.
   *
   * @param offsets where each node's edges start in the other arrays, and, last, the number of
   *     edges
   * @param targets the node that each edge leads to
   * @param weights the weight of each edge
   * @return the graph
   * @throws IllegalArgumentException if the arrays are not what is allowed
   */
  public static CsrGraph of(int[] offsets, int[] targets, float[] weights) {
    Objects.requireNonNull(offsets, "offsets");
    GraphMemory memory = allocate(offsets.length, targets, weights);
    LoopParts.run(
        offsets.length,
        EdgeList.NODES_OF_PART,
        (first, end) -> {
          for (int i = first; i < end; i++) {
            memory.offsets().setAtIndex(ValueLayout.JAVA_LONG, i, offsets[i]);
          }
        });
    return new CsrGraph(memory);
  }

  private static GraphMemory allocate(int offsetCount, int[] targets, float[] weights) {
    Objects.requireNonNull(targets, "targets");
    Objects.requireNonNull(weights, "weights");
    if (offsetCount < 2) {
      throw new IllegalArgumentException(
          "offsets has %d elements; allowed is 2 or more, one more than there are nodes"
              .formatted(offsetCount));
    }
    if (weights.length != targets.length) {
      throw new IllegalArgumentException(
          "weights has %d elements; allowed is as many as targets has, %d"
              .formatted(weights.length, targets.length));
    }
    GraphMemory memory = GraphMemory.allocate(offsetCount - 1L, targets.length);
    copy(MemorySegment.ofArray(targets), memory.targets());
    copy(MemorySegment.ofArray(weights), memory.weights());
    return memory;
  }

  private static void copy(MemorySegment source, MemorySegment target) {
    HeapCopies.copy(source, 0, target, 0, source.byteSize());
  }

  /**
   * A builder of a graph whose edges come in any order.
   *
   * @param nodes the number of nodes, 1 or more
   * @return a new builder without edges
   * @throws IllegalArgumentException if there is no node
   */
  public static Builder builder(int nodes) {
    if (nodes < 1) {
      throw Arguments.refused("nodes", nodes, "1 or more");
    }
    return new Builder(nodes);
  }

  /**
   * A graph of the edges of a stream, as {@link Builder} makes one.
   *
   * @param nodes the number of nodes, 1 or more
   * @param edges read to its end, in its order; not closed. What it throws is thrown on, and
   *     nothing is kept
   * @return the graph
   * @throws IllegalArgumentException if there is no node, or an edge is not allowed
   */
  public static CsrGraph fromEdges(int nodes, Stream<Edge> edges) {
    Objects.requireNonNull(edges, "edges");
    Builder builder = builder(nodes);
    // One at a time and in order, of a parallel stream as well.
    edges.forEachOrdered(edge -> {
      Objects.requireNonNull(edge, "an edge");
      builder.addEdge(edge.source(), edge.target(), edge.weight());
    });
    return builder.build();
  }

  /**
   * The number of nodes. Also after the close.
   *
   * @return 1 or more
   */
  public int nodes() {
    return nodes;
  }

  /**
   * The number of edges. Also after the close.
   *
   * @return 0 or more
   */
  public long edges() {
    return edges;
  }

  /**
   * Orders a copy of the edges for spreading over the whole graph, so that what is written together
   * lies together. Spreading that begins later uses it, and gives the same bits. Pays where a graph
   * is spread over many times.
   *
   * <p>Does nothing if that is done already. Of several threads one does it, and the others wait.
   * Scratch is taken from the thread's arena, the copy is kept beside the graph.
   *
   * @return this graph
   * @throws IllegalStateException if the graph is closed, now or meanwhile
   * @throws dev.engram.arena.ArenaOverflowException if the scratch does not fit what is left of the
   *     arena and the overflow strategy does not serve it; the graph stays as it was
   */
  public CsrGraph prepare() {
    synchronized (preparing) {
      GraphMemory plain = memory();
      if (!plain.hasLayout() && !memory.compareAndSet(plain, prepared(plain))) {
        throw closed();
      }
    }
    return this;
  }

  private static GraphMemory prepared(GraphMemory plain) {
    GraphMemory prepared =
        plain.withLayout(engram_arena_h.engram_graph_layout_bytes(plain.struct()));
    try (ArenaScope scope = ArenaControl.openScope()) {
      ScopeAccess.requireMemory(
          scope,
          engram_arena_h.engram_graph_prepare(
              ScopeAccess.header(scope),
              plain.struct(),
              prepared.layout(),
              ScopeAccess.failure(scope)),
          "engram_graph_prepare");
    } finally {
      Reference.reachabilityFence(prepared);
    }
    return prepared;
  }

  /**
   * What native code reads.
   *
   * @throws IllegalStateException if the graph is closed
   */
  GraphMemory memory() {
    GraphMemory current = memory.get();
    if (current == null) {
      throw closed();
    }
    return current;
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("The graph is closed");
  }

  /**
   * Marks the graph closed: calls that begin later throw {@link IllegalStateException}, those under
   * way complete. Any thread; idempotent.
   */
  @Override
  public void close() {
    memory.set(null);
  }

  /**
   * Collects the edges of a graph, in any order. The edges of one node keep the order in which they
   * were added. Takes 12 bytes an edge, on the heap. Not thread-safe.
   */
  public static final class Builder {
    private final int nodes;
    private final EdgeList edges = new EdgeList();

    private Builder(int nodes) {
      this.nodes = nodes;
    }

    /**
     * Adds an edge.
     *
     * @param source the node that it leads from: 0 or more, and less than the number of nodes
     * @param target the node that it leads to, in the same range
     * @param weight what of the source's activation reaches the target; finite, and may be negative
     * @return this builder
     * @throws IllegalArgumentException if an argument is not what is allowed; the edge is not added
     */
    public Builder addEdge(int source, int target, float weight) {
      requireNode("source", source);
      requireNode("target", target);
      if (!Float.isFinite(weight)) {
        throw Arguments.refused("weight", weight, "a finite number");
      }
      edges.add(source, target, weight);
      return this;
    }

    private void requireNode(String name, int node) {
      if (node < 0 || node >= nodes) {
        throw Arguments.refused(name, node, "a node, 0 to " + (nodes - 1));
      }
    }

    /**
     * A graph of the edges added so far. More may be added after it, for another one.
     *
     * @return a new graph
     */
    public CsrGraph build() {
      return new CsrGraph(edges.sortedBySource(nodes));
    }
  }
}
