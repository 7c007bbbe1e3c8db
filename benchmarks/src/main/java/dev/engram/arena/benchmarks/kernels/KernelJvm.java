package dev.engram.arena.benchmarks.kernels;

import java.util.List;

/** What the JVMs need in which kernels and peers run. */
public final class KernelJvm {
  /** The Java Vector API, which Lucene and jvector use as well if it is there. */
  public static final List<String> OPTIONS = List.of("--add-modules=jdk.incubator.vector");

  private KernelJvm() {}
}
