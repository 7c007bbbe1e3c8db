package dev.engram.arena.benchmarks.kernels;

import java.util.Arrays;
import java.util.SplittableRandom;

/** A random graph of ten edges a node, by source, and activations; the same in each JVM. */
final class SpreadData {
  private static final int EDGES_PER_NODE = 10;

  /** Up to here a graph is spread over repeatedly. */
  private static final int FEW_NODES = 1_000;

  /** What some dozen single-precision sums of numbers up to 1 may lose. */
  private static final double BOUND = 1e-5;

  final int nodes;
  final int iterations;
  final int[] offsets;
  final int[] targets;
  final float[] weights;
  final float[] activations;

  SpreadData(int nodes) {
    this.nodes = nodes;
    iterations = nodes <= FEW_NODES ? 5 : 1;
    SplittableRandom random = new SplittableRandom(20_260_103);
    int edges = nodes * EDGES_PER_NODE;
    offsets = new int[nodes + 1];
    for (int edge = 0; edge < edges; edge++) {
      offsets[random.nextInt(nodes) + 1]++;
    }
    Arrays.parallelPrefix(offsets, Integer::sum);
    targets = new int[edges];
    weights = new float[edges];
    for (int edge = 0; edge < edges; edge++) {
      targets[edge] = random.nextInt(nodes);
      weights[edge] = (float) random.nextDouble(0.1, 1);
    }
    activations = new float[nodes];
    for (int node = 0; node < nodes; node++) {
      activations[node] = (float) random.nextDouble(0.1, 1);
    }
  }

  /**
   * Compares activations after the iterations with what double precision makes of the same start.
   */
  void requireSpread(float[] start, int times, float[] spread) {
    double[] expected = new double[nodes];
    Arrays.setAll(expected, node -> start[node]);
    for (int i = 0; i < times; i++) {
      expected = iterated(expected);
    }
    for (int node = 0; node < nodes; node++) {
      WrongResultException.requireNear(node, spread[node], expected[node], BOUND);
    }
  }

  private double[] iterated(double[] current) {
    double[] next = current.clone();
    for (int node = 0; node < nodes; node++) {
      for (int edge = offsets[node]; edge < offsets[node + 1]; edge++) {
        next[targets[edge]] += current[node] * weights[edge];
      }
    }
    double largest = Arrays.stream(next).max().orElseThrow();
    if (largest > 1) {
      Arrays.setAll(next, node -> next[node] / largest);
    }
    return next;
  }
}
