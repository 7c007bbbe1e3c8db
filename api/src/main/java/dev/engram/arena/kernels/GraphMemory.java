package dev.engram.arena.kernels;

import dev.engram.arena.ffi.engram_arena_h;
import dev.engram.arena.ffi.engram_graph;
import dev.engram.arena.ffi.engram_graph_defect;
import dev.engram.arena.internal.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * The arrays of a graph in native memory, and an {@code engram_graph} that points to them. Who
 * hands {@link #struct} to native code holds all of this until the call is over.
 *
 * @param offsets nodes + 1 longs
 * @param targets an int for each edge
 * @param weights a float for each edge
 * @param struct points to these, and to a layout if there is one
 */
record GraphMemory(
    MemorySegment offsets, MemorySegment targets, MemorySegment weights, MemorySegment struct) {
  /** Memory for a graph, zeroed. */
  static GraphMemory allocate(long nodes, long edges) {
    Arena arena = Arena.ofAuto();
    MemorySegment offsets = LastingMemory.allocate(arena, (nodes + 1) * Long.BYTES);
    MemorySegment targets = LastingMemory.allocate(arena, edges * Integer.BYTES);
    MemorySegment weights = LastingMemory.allocate(arena, edges * Float.BYTES);
    MemorySegment struct = engram_graph.allocate(arena);
    engram_graph.struct_size_bytes(struct, engram_graph.sizeof());
    engram_graph.node_count(struct, nodes);
    engram_graph.edge_count(struct, edges);
    engram_graph.offsets(struct, offsets);
    engram_graph.targets(struct, targets);
    engram_graph.weights(struct, weights);
    return new GraphMemory(offsets, targets, weights, struct);
  }

  /**
   * The same graph with a layout of the given size, for the caller to write. Its memory goes with
   * what is returned, not with this.
   */
  GraphMemory withLayout(long byteSize) {
    Arena arena = Arena.ofAuto();
    MemorySegment copy = engram_graph.allocate(arena).copyFrom(struct);
    engram_graph.layout(copy, LastingMemory.allocate(arena, byteSize));
    return new GraphMemory(offsets, targets, weights, copy);
  }

  MemorySegment layout() {
    return engram_graph.layout(struct);
  }

  boolean hasLayout() {
    return layout().address() != 0;
  }

  long nodes() {
    return engram_graph.node_count(struct);
  }

  long edges() {
    return engram_graph.edge_count(struct);
  }

  long offset(long index) {
    return offsets.getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  /**
   * Checks all of the arrays.
   *
   * @throws IllegalArgumentException that names the first defect as one of the arguments offsets,
   *     targets and weights
   */
  void requireValid() {
    LoadedLibrary.require();
    try (Arena frame = Arena.ofConfined()) {
      MemorySegment defect = engram_graph_defect.allocate(frame);
      int status = engram_arena_h.engram_graph_check(struct, defect);
      if (status == engram_arena_h.ENGRAM_INVALID_ARGUMENT()) {
        throw defective(engram_graph_defect.fault(defect), engram_graph_defect.index(defect));
      }
      Status.requireOk(status, "engram_graph_check");
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private RuntimeException defective(long fault, long index) {
    if (fault == engram_arena_h.ENGRAM_GRAPH_FIRST_OFFSET()) {
      return Arguments.refused("offsets[0]", offset(0), "0");
    }
    if (fault == engram_arena_h.ENGRAM_GRAPH_OFFSET_DECREASES()) {
      return decreasing(index);
    }
    if (fault == engram_arena_h.ENGRAM_GRAPH_LAST_OFFSET()) {
      return Arguments.refused(
          "offsets[" + index + "]", offset(index), "the number of targets, " + edges());
    }
    if (fault == engram_arena_h.ENGRAM_GRAPH_TARGET()) {
      return Arguments.refused(
          "targets[" + index + "]",
          targets.getAtIndex(ValueLayout.JAVA_INT, index),
          "a node, 0 to " + (nodes() - 1));
    }
    if (fault == engram_arena_h.ENGRAM_GRAPH_WEIGHT()) {
      return Arguments.refused(
          "weights[" + index + "]",
          weights.getAtIndex(ValueLayout.JAVA_FLOAT, index),
          "a finite number");
    }
    return new IllegalStateException(
        "engram_graph_check found fault %d, which this library never expects".formatted(fault));
  }

  /** An offset is below the one before: it is too small, or one before it too large. */
  private IllegalArgumentException decreasing(long index) {
    for (long i = 0; i < index; i++) {
      if (offset(i) < 0 || offset(i) > edges()) {
        return Arguments.refused(
            "offsets[" + i + "]", offset(i), "0 to the number of targets, " + edges());
      }
    }
    return Arguments.refused(
        "offsets[" + index + "]",
        offset(index),
        "at least offsets[%d], which is %d".formatted(index - 1, offset(index - 1)));
  }
}
