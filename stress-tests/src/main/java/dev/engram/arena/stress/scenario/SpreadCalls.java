package dev.engram.arena.stress.scenario;

import dev.engram.arena.kernels.Activations;
import dev.engram.arena.kernels.CsrGraph;
import dev.engram.arena.kernels.SpreadOptions;
import dev.engram.arena.kernels.SpreadingActivation;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Spreading activation over all of a graph, over the same graph prepared, and from a few nodes. */
final class SpreadCalls implements KernelCalls {
  static final int NODES = 1_000;

  private static final int EDGES = 8_000;
  private static final int ITERATIONS = 3;
  private static final int ACTIVE_NODES = 16;

  /** Every node fires: rounding could take an activation across a threshold. */
  private static final SpreadOptions OPTIONS = SpreadOptions.DEFAULT.withDecayPerHop(0.75f);

  private final int[] sources;
  private final int[] targets;
  private final float[] weights;
  private final float[] activations;
  private final int[] activeNodes;
  private final float[] active;
  private final CsrGraph graph;
  private final CsrGraph preparedGraph;
  private final ExpectedResult everywhere;
  private final ExpectedResult everywherePrepared;
  private final ExpectedResult fromFew;

  /** Makes a graph at random. Uses the calling thread's arena. */
  SpreadCalls(RandomGenerator random) {
    sources = random.ints(EDGES, 0, NODES).toArray();
    targets = random.ints(EDGES, 0, NODES).toArray();
    weights = floats(random, EDGES);
    activations = floats(random, NODES);
    activeNodes = random.ints(0, NODES).distinct().limit(ACTIVE_NODES).toArray();
    active = floats(random, ACTIVE_NODES);
    graph = build();
    preparedGraph = build().prepare();
    everywhere = expected(activations);
    // In another order of summation.
    everywherePrepared = expected(activations);
    float[] few = new float[NODES];
    for (int i = 0; i < ACTIVE_NODES; i++) {
      few[activeNodes[i]] = active[i];
    }
    fromFew = expected(few);
  }

  /** None is negative, as the kernel's bound wants it. */
  private static float[] floats(RandomGenerator random, int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat();
    }
    return floats;
  }

  private CsrGraph build() {
    CsrGraph.Builder builder = CsrGraph.builder(NODES);
    for (int edge = 0; edge < EDGES; edge++) {
      builder.addEdge(sources[edge], targets[edge], weights[edge]);
    }
    return builder.build();
  }

  private ExpectedResult expected(float[] before) {
    double[] state = IntStream.range(0, NODES).mapToDouble(node -> before[node]).toArray();
    for (int i = 0; i < ITERATIONS; i++) {
      state = spreadOnce(state);
    }
    return new ExpectedResult(state, bounds(state));
  }

  private double[] spreadOnce(double[] before) {
    double[] after = before.clone();
    for (int edge = 0; edge < EDGES; edge++) {
      after[targets[edge]] += before[sources[edge]] * weights[edge] * OPTIONS.decayPerHop();
    }
    double divisor = Math.max(1, Arrays.stream(after).max().orElseThrow());
    return Arrays.stream(after).map(activation -> activation / divisor).toArray();
  }

  /** What {@link SpreadingActivation} promises. */
  private double[] bounds(double[] exact) {
    int[] edgesTo = new int[NODES];
    for (int target : targets) {
      edgesTo[target]++;
    }
    int most = Arrays.stream(edgesTo).max().orElseThrow();
    return Arrays.stream(exact)
        .map(activation -> activation * ITERATIONS * (most + 3) * 0x1p-23)
        .toArray();
  }

  @Override
  public void run(KernelScope scope) {
    float[] array = activations.clone();
    SpreadingActivation.spread(graph, array, ITERATIONS, OPTIONS);
    scope.check("spreading of an array", everywhere, array);
    MemorySegment segment = scope.copyOf(activations);
    SpreadingActivation.spread(graph, segment, ITERATIONS, OPTIONS);
    scope.checkLater("spreading of a segment", everywhere, segment);
    MemorySegment prepared = scope.copyOf(activations);
    SpreadingActivation.spread(preparedGraph, prepared, ITERATIONS, OPTIONS);
    scope.checkLater("spreading over a prepared graph", everywherePrepared, prepared);
    Activations reached =
        SpreadingActivation.spreadFrom(graph, activeNodes, active, ITERATIONS, OPTIONS);
    scope.check("spreading from few nodes", fromFew, everyNode(reached));
  }

  private static float[] everyNode(Activations reached) {
    float[] all = new float[NODES];
    for (int i = 0; i < reached.size(); i++) {
      all[reached.node(i)] = reached.activation(i);
    }
    return all;
  }

  @Override
  public void close() {
    graph.close();
    preparedGraph.close();
  }
}
