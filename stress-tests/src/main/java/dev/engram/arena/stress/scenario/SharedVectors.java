package dev.engram.arena.stress.scenario;

import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.DataSet;
import dev.engram.arena.stress.vectors.VectorSource;
import java.util.SplittableRandom;

/**
 * One query and its candidates for all threads: vectors that overflow arenas are too large to have
 * some for each.
 */
final class SharedVectors {
  /** Besides the query and the candidates, the direction that generated ones have in common. */
  private static final int EXTRA_VECTORS = 2;

  private SharedVectors() {}

  static DataSet prepare(StressSettings settings, VectorSource vectors, Progress progress) {
    Heap.require((long) settings.candidates() + EXTRA_VECTORS, vectors.heapBytesPerVector());
    progress.phase("preparing vectors", 0);
    return vectors.dataSet(new SplittableRandom(settings.seed()), 1, settings.candidates());
  }
}
