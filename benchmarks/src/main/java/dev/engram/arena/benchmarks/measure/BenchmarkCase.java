package dev.engram.arena.benchmarks.measure;

import java.util.List;
import java.util.Map;

/** Who is measured, and doing what. */
public interface BenchmarkCase {
  /**
   * Its name in a file of results.
   *
   * @return a constant's name
   */
  String name();

  /**
   * What a reader knows it by.
   *
   * @return a few words
   */
  String title();

  /**
   * The method that does it.
   *
   * @return its qualified name, as JMH knows it
   */
  String benchmarkName();

  /**
   * What it is measured with: numbers of segments, of rows, of nodes.
   *
   * @return at least one
   */
  List<Integer> sizes();

  /**
   * What the benchmark's fields are set to.
   *
   * @param size one of {@link #sizes()}
   * @return values by the names of the fields
   */
  Map<String, String> parameters(int size);

  /**
   * What its JVM is told beyond what all are.
   *
   * @return options
   */
  List<String> jvmArguments();

  /**
   * Whether this system has what it takes.
   *
   * @return false if a library is missing, or the CPU cannot
   */
  boolean canRunHere();
}
