package dev.engram.arena.kernels;

import java.util.Arrays;

/**
 * The nodes that activation reached, in ascending order, with their activations. Immutable; any
 * thread.
 */
public final class Activations {
  private static final Activations NONE = new Activations(new int[0], new float[0]);

  private final int[] nodes;
  private final float[] activations;

  /** Takes the arrays over: ascending nodes, and an activation for each. */
  Activations(int[] nodes, float[] activations) {
    this.nodes = nodes;
    this.activations = activations;
  }

  static Activations none() {
    return NONE;
  }

  /**
   * The number of nodes that were reached.
   *
   * @return 0 or more
   */
  public int size() {
    return nodes.length;
  }

  /**
   * A node that was reached.
   *
   * @param index which one, by ascending node: 0 to {@code size() - 1}
   * @return the node
   * @throws IndexOutOfBoundsException if there is no such index
   */
  public int node(int index) {
    return nodes[index];
  }

  /**
   * The activation of {@link #node node(index)}.
   *
   * @param index which one, by ascending node: 0 to {@code size() - 1}
   * @return its activation
   * @throws IndexOutOfBoundsException if there is no such index
   */
  public float activation(int index) {
    return activations[index];
  }

  /**
   * The activation of a node, found by binary search.
   *
   * @param node a node of the graph
   * @return its activation, 0 if it was not reached
   */
  public float activationOf(int node) {
    int index = Arrays.binarySearch(nodes, node);
    return index < 0 ? 0 : activations[index];
  }

  /**
   * All nodes that were reached.
   *
   * @return a new array, ascending
   */
  public int[] nodes() {
    return nodes.clone();
  }

  /**
   * The activations of {@link #nodes()}.
   *
   * @return a new array, in the order of the nodes
   */
  public float[] activations() {
    return activations.clone();
  }

  /**
   * The number of nodes, and the first of them.
   *
   * @return for instance {@code Activations[2 nodes: 3=0.5, 7=1.0]}
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Activations[").append(nodes.length).append(" nodes");
    for (int i = 0; i < Math.min(nodes.length, 10); i++) {
      text.append(i == 0 ? ": " : ", ").append(nodes[i]).append('=').append(activations[i]);
    }
    return text.append(nodes.length > 10 ? ", ...]" : "]").toString();
  }
}
