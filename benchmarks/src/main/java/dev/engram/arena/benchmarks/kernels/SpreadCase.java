package dev.engram.arena.benchmarks.kernels;

import java.util.List;

/**
 * Who spreads activation, and how. Sizes are numbers of nodes: five iterations over a thousand, one
 * over a million.
 */
public enum SpreadCase implements KernelCase {
  /** This library. */
  PLAIN("graph"),
  /** This library, the graph prepared. */
  PREPARED("graph, prepared"),
  /** This library, 64 active nodes. */
  FROM_FEW("graph, from 64 nodes, 1 iteration"),
  /** Plain Java along the edges. */
  JAVA_PUSH("Java loop, push"),
  /** Plain Java against the edges. */
  JAVA_PULL("Java loop, pull");

  private final String title;

  SpreadCase(String title) {
    this.title = title;
  }

  /** Numbers of nodes. */
  public static final class Sizes {
    /** Those of a graph that fits a core's second-level cache. */
    public static final int FEW_NODES = 1_000;

    /** Those of a graph that fits no cache. */
    public static final int MANY_NODES = 1_000_000;

    /** All of them. */
    public static final List<Integer> BOTH = List.of(FEW_NODES, MANY_NODES);

    private Sizes() {}
  }

  @Override
  public Work prepare(int size) {
    SpreadData data = new SpreadData(size);
    return switch (this) {
      case PLAIN -> new EngramSpread(data, false);
      case PREPARED -> new EngramSpread(data, true);
      case FROM_FEW -> new EngramSpread.FromFew(data);
      case JAVA_PUSH -> new SpreadWork.JavaPush(data);
      case JAVA_PULL -> new SpreadWork.JavaPull(data);
    };
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public List<Integer> sizes() {
    return this == FROM_FEW ? List.of(Sizes.MANY_NODES) : Sizes.BOTH;
  }

  @Override
  public List<String> jvmArguments() {
    return KernelJvm.OPTIONS;
  }

  @Override
  public boolean canRunHere() {
    return true;
  }
}
