package dev.engram.arena.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Edges in the order in which they came, 12 bytes each. They lie in chunks, so that nothing is
 * copied when there are more. Not thread-safe.
 */
final class EdgeList {
  private static final int FIRST_CHUNK_EDGES = 1 << 10;
  private static final int CHUNK_EDGES_MAX = 1 << 20;

  /** Edges between two safepoints: each may wait for memory three times. */
  private static final int EDGES_OF_PART = 256;

  /** Nodes between two safepoints. */
  static final int NODES_OF_PART = 1 << 14;

  private static final class Chunk {
    final int[] sources;
    final int[] targets;
    final float[] weights;
    int count;

    Chunk(int edges) {
      sources = new int[edges];
      targets = new int[edges];
      weights = new float[edges];
    }
  }

  private final List<Chunk> chunks = new ArrayList<>();
  private Chunk last = newChunk(FIRST_CHUNK_EDGES);
  private long count;

  private Chunk newChunk(int edges) {
    Chunk chunk = new Chunk(edges);
    chunks.add(chunk);
    return chunk;
  }

  void add(int source, int target, float weight) {
    if (last.count == last.sources.length) {
      last = newChunk(Math.min(last.sources.length * 2, CHUNK_EDGES_MAX));
    }
    int index = last.count;
    last.sources[index] = source;
    last.targets[index] = target;
    last.weights[index] = weight;
    last.count = index + 1;
    count++;
  }

  /** The edges by source, those of one source in the order in which they came. */
  GraphMemory sortedBySource(int nodes) {
    GraphMemory memory = GraphMemory.allocate(nodes, count);
    writeStarts(nodes, memory.offsets());
    // Each start goes up by its node's edges while these are placed, and so becomes their end.
    chunks.forEach(chunk ->
        LoopParts.run(
            chunk.count, EDGES_OF_PART, (first, end) -> place(chunk, first, end, memory)));
    return memory;
  }

  /** Writes where each node's edges start to where they are to end. */
  private void writeStarts(int nodes, MemorySegment offsets) {
    for (Chunk chunk : chunks) {
      LoopParts.run(
          chunk.count,
          EDGES_OF_PART,
          (first, end) -> {
            for (int i = first; i < end; i++) {
              next(offsets, chunk.sources[i]);
            }
          });
    }
    long[] start = {0};
    LoopParts.run(
        nodes,
        NODES_OF_PART,
        (first, end) -> {
          for (int node = first; node < end; node++) {
            long edges = offsets.getAtIndex(ValueLayout.JAVA_LONG, node + 1L);
            offsets.setAtIndex(ValueLayout.JAVA_LONG, node + 1L, start[0]);
            start[0] += edges;
          }
        });
  }

  private static void place(Chunk chunk, int first, int end, GraphMemory memory) {
    for (int i = first; i < end; i++) {
      long edge = next(memory.offsets(), chunk.sources[i]);
      memory.targets().setAtIndex(ValueLayout.JAVA_INT, edge, chunk.targets[i]);
      memory.weights().setAtIndex(ValueLayout.JAVA_FLOAT, edge, chunk.weights[i]);
    }
  }

  /** Counts up what the offsets have as a node's end, and returns what it was. */
  private static long next(MemorySegment offsets, int node) {
    long end = offsets.getAtIndex(ValueLayout.JAVA_LONG, node + 1L);
    offsets.setAtIndex(ValueLayout.JAVA_LONG, node + 1L, end + 1);
    return end;
  }
}
