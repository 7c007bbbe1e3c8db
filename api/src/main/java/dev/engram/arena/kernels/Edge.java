package dev.engram.arena.kernels;

/**
 * An edge of a graph that is being built. The graph checks it.
 *
 * @param source the node that it leads from
 * @param target the node that it leads to
 * @param weight what of the source's activation reaches the target; finite, and may be negative
 */
public record Edge(int source, int target, float weight) {}
