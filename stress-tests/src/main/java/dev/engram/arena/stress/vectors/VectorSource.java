package dev.engram.arena.stress.vectors;

import java.util.random.RandomGenerator;

/** Where a run's vectors come from. May be used by several threads at once. */
public interface VectorSource {
  /**
   * The dimension of every vector.
   *
   * @return number of elements, at least 1
   */
  int dimensions();

  /**
   * Queries and candidates, with their scores. The same state of {@code random} gives the same
   * vectors.
   *
   * @param random decides what is chosen; advanced
   * @param queries number of queries, at least 1
   * @param candidates number of candidates, at least 1
   * @return a new data set
   */
  DataSet dataSet(RandomGenerator random, int queries, int candidates);

  /**
   * The Java heap that each vector of a data set takes for itself.
   *
   * @return bytes; 0 if data sets share their vectors
   */
  long heapBytesPerVector();
}
