package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.kernels.Activations;
import dev.engram.arena.kernels.CsrGraph;
import dev.engram.arena.kernels.SpreadOptions;
import dev.engram.arena.kernels.SpreadingActivation;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;

/** This library's spreading over a whole graph, activations native. */
final class EngramSpread extends SpreadWork {
  /** Room for what spreading over a million nodes takes. */
  private static final long POOL_SIZE_BYTES = 64 << 20;

  private final CsrGraph graph;
  private final MemorySegment target;

  EngramSpread(SpreadData data, boolean prepared) {
    super(data);
    graph = graph(data);
    target = NativeFloats.allocate(data.nodes);
    if (prepared) {
      graph.prepare();
    }
  }

  private static CsrGraph graph(SpreadData data) {
    Engram.configure(POOL_SIZE_BYTES);
    return CsrGraph.of(data.offsets, data.targets, data.weights);
  }

  @Override
  void fill(float[] activations) {
    target.copyFrom(MemorySegment.ofArray(activations));
  }

  @Override
  float[] activations() {
    return NativeFloats.toArray(target);
  }

  @Override
  public Object run() {
    SpreadingActivation.spread(graph, target, data.iterations, SpreadOptions.DEFAULT);
    return target;
  }

  /** One iteration from a few active nodes. */
  static final class FromFew implements Work {
    private static final int ACTIVE = 64;

    private final SpreadData data;
    private final CsrGraph graph;
    private final int[] nodes;
    private final float[] activations;

    FromFew(SpreadData data) {
      this.data = data;
      graph = graph(data);
      int active = Math.min(ACTIVE, data.nodes);
      // Spread over the graph, so that each one's edges lie somewhere else.
      nodes = IntStream.range(0, active).map(i -> i * (data.nodes / active)).toArray();
      activations = Arrays.copyOf(data.activations, active);
    }

    @Override
    public Object run() {
      return reached();
    }

    private Activations reached() {
      return SpreadingActivation.spreadFrom(graph, nodes, activations, 1, SpreadOptions.DEFAULT);
    }

    @Override
    public void check() {
      float[] start = new float[data.nodes];
      for (int i = 0; i < nodes.length; i++) {
        start[nodes[i]] = activations[i];
      }
      float[] spread = new float[data.nodes];
      Activations reached = reached();
      for (int i = 0; i < reached.size(); i++) {
        spread[reached.node(i)] = reached.activation(i);
      }
      data.requireSpread(start, 1, spread);
    }
  }
}
