package dev.engram.arena.benchmarks.kernels;

import java.util.Arrays;

/**
 * Work that spreads over a whole graph, in place: what one run leaves is what the next begins with.
 */
abstract class SpreadWork implements Work {
  final SpreadData data;

  SpreadWork(SpreadData data) {
    this.data = data;
  }

  /** Sets the activations. */
  abstract void fill(float[] activations);

  /** What the last run left. */
  abstract float[] activations();

  @Override
  public final void check() {
    fill(data.activations);
    run();
    data.requireSpread(data.activations, data.iterations, activations());
  }

  /** Plain Java, on two arrays that take turns. */
  abstract static class OnArrays extends SpreadWork {
    private float[] current;
    private float[] next;

    OnArrays(SpreadData data) {
      super(data);
      current = new float[data.nodes];
      next = new float[data.nodes];
    }

    /** One iteration without its division. Returns the largest. */
    abstract float iterate(float[] from, float[] to);

    @Override
    public final Object run() {
      for (int i = 0; i < data.iterations; i++) {
        float largest = iterate(current, next);
        if (largest > 1) {
          scale(next, 1 / largest);
        }
        float[] spread = next;
        next = current;
        current = spread;
      }
      return current;
    }

    private static void scale(float[] activations, float factor) {
      for (int node = 0; node < activations.length; node++) {
        activations[node] *= factor;
      }
    }

    @Override
    final void fill(float[] activations) {
      System.arraycopy(activations, 0, current, 0, activations.length);
    }

    @Override
    final float[] activations() {
      return current;
    }
  }

  /** Along the edges. */
  static final class JavaPush extends OnArrays {
    JavaPush(SpreadData data) {
      super(data);
    }

    @Override
    float iterate(float[] from, float[] to) {
      int[] offsets = data.offsets;
      int[] targets = data.targets;
      float[] weights = data.weights;
      System.arraycopy(from, 0, to, 0, from.length);
      for (int node = 0; node < from.length; node++) {
        float activation = from[node];
        for (int edge = offsets[node]; edge < offsets[node + 1]; edge++) {
          to[targets[edge]] += activation * weights[edge];
        }
      }
      float largest = 0;
      for (float activation : to) {
        largest = Math.max(largest, activation);
      }
      return largest;
    }
  }

  /** Against the edges: over the transposed graph, which was made before. */
  static final class JavaPull extends OnArrays {
    private final int[] offsets;
    private final int[] sources;
    private final float[] weights;

    JavaPull(SpreadData data) {
      super(data);
      offsets = new int[data.nodes + 1];
      sources = new int[data.targets.length];
      weights = new float[data.targets.length];
      transpose();
    }

    private void transpose() {
      int[] position = new int[data.nodes + 1];
      for (int target : data.targets) {
        position[target + 1]++;
      }
      Arrays.parallelPrefix(position, Integer::sum);
      System.arraycopy(position, 0, offsets, 0, position.length);
      for (int node = 0; node < data.nodes; node++) {
        for (int edge = data.offsets[node]; edge < data.offsets[node + 1]; edge++) {
          int place = position[data.targets[edge]]++;
          sources[place] = node;
          weights[place] = data.weights[edge];
        }
      }
    }

    @Override
    float iterate(float[] from, float[] to) {
      float largest = 0;
      for (int node = 0; node < to.length; node++) {
        float sum = from[node];
        for (int edge = offsets[node]; edge < offsets[node + 1]; edge++) {
          sum += from[sources[edge]] * weights[edge];
        }
        to[node] = sum;
        largest = Math.max(largest, sum);
      }
      return largest;
    }
  }
}
