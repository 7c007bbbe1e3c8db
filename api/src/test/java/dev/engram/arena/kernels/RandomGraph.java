package dev.engram.arena.kernels;

import java.util.SplittableRandom;

/**
 * A graph by its arrays, the same for the same seed, and what spreading over it comes to in double
 * precision.
 */
final class RandomGraph {
  private final int[] offsets;
  private final int[] targets;
  private final float[] weights;

  RandomGraph(int[] offsets, int[] targets, float[] weights) {
    this.offsets = offsets;
    this.targets = targets;
    this.weights = weights;
  }

  /** Out-degrees from 0 to twice the mean; weights from {@code least} to 1. */
  static RandomGraph of(int nodes, int meanDegree, double least, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] offsets = new int[nodes + 1];
    for (int node = 0; node < nodes; node++) {
      offsets[node + 1] = offsets[node] + random.nextInt(2 * meanDegree + 1);
    }
    int[] targets = new int[offsets[nodes]];
    float[] weights = new float[offsets[nodes]];
    for (int edge = 0; edge < targets.length; edge++) {
      targets[edge] = random.nextInt(nodes);
      weights[edge] = (float) random.nextDouble(least, 1);
    }
    return new RandomGraph(offsets, targets, weights);
  }

  int[] offsets() {
    return offsets;
  }

  int[] targets() {
    return targets;
  }

  float[] weights() {
    return weights;
  }

  int nodes() {
    return offsets.length - 1;
  }

  CsrGraph copy() {
    return CsrGraph.of(offsets, targets, weights);
  }

  /** Activations for all nodes, from {@code least} to 1, a tenth of them 0. */
  float[] activations(double least, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] activations = new float[nodes()];
    for (int node = 0; node < activations.length; node++) {
      activations[node] = random.nextInt(10) == 0 ? 0 : (float) random.nextDouble(least, 1);
    }
    return activations;
  }

  /** The most edges that lead to one node. */
  int inDegreeMax() {
    int[] degrees = new int[nodes()];
    int max = 0;
    for (int target : targets) {
      max = Math.max(max, ++degrees[target]);
    }
    return max;
  }

  /**
   * How far a result may be from the exact one, relatively, as {@link SpreadingActivation} says.
   */
  double errorBound(int iterations) {
    return iterations * (inDegreeMax() + 3) * 0x1p-23;
  }

  double[] spread(float[] activations, int iterations, SpreadOptions options) {
    double[] state = new double[activations.length];
    for (int node = 0; node < state.length; node++) {
      state[node] = activations[node];
    }
    for (int i = 0; i < iterations; i++) {
      state = spreadOnce(state, options);
    }
    return state;
  }

  private double[] spreadOnce(double[] before, SpreadOptions options) {
    double[] after = before.clone();
    for (int node = 0; node < before.length; node++) {
      if (options.firingThreshold() == 0 || before[node] >= options.firingThreshold()) {
        for (int edge = offsets[node]; edge < offsets[node + 1]; edge++) {
          after[targets[edge]] += before[node] * weights[edge] * options.decayPerHop();
        }
      }
    }
    double largest = 1;
    for (double activation : after) {
      largest = Math.max(largest, activation);
    }
    for (int node = 0; node < after.length; node++) {
      after[node] /= largest;
    }
    return after;
  }
}
