package dev.engram.arena.benchmarks.kernels;

import java.util.ArrayList;
import java.util.List;

/** Who fades memories, and how. Sizes are numbers of memories. */
public enum DecayCase implements KernelCase {
  /** This library, on arrays. */
  ARRAYS("arrays", ""),
  /** This library, on native memory. */
  NATIVE("native", ""),
  /** The same at a CPU level. */
  NATIVE_V4("native, x86-64-v4 forced", "v4"),
  /** The same at a CPU level. */
  NATIVE_V3("native, x86-64-v3 forced", "v3"),
  /** The same at a CPU level. */
  NATIVE_V2("native, x86-64-v2 forced", "v2"),
  /** Plain Java. */
  MATH_EXP("Java loop, Math.exp", ""),
  /** The Java Vector API. */
  VECTOR_API("Java Vector API, lanewise(EXP)", "");

  /** Memories of an operation. */
  public static final int MEMORIES = 10_000;

  private final String title;
  private final String forcedLevel;

  DecayCase(String title, String forcedLevel) {
    this.title = title;
    this.forcedLevel = forcedLevel;
  }

  @Override
  public Work prepare(int size) {
    DecayData data = new DecayData(size);
    return switch (this) {
      case ARRAYS -> new DecayWork.EngramArrays(data);
      case NATIVE, NATIVE_V4, NATIVE_V3, NATIVE_V2 -> new DecayWork.EngramNative(data);
      case MATH_EXP -> new DecayWork.MathExp(data);
      case VECTOR_API -> new DecayWork.VectorApi(data);
    };
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public List<Integer> sizes() {
    return List.of(MEMORIES);
  }

  @Override
  public List<String> jvmArguments() {
    List<String> arguments = new ArrayList<>(KernelJvm.OPTIONS);
    arguments.addAll(Engram.forcing(forcedLevel));
    return arguments;
  }

  @Override
  public boolean canRunHere() {
    return Engram.canForce(forcedLevel);
  }
}
