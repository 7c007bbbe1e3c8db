package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.kernels.Match;
import dev.engram.arena.kernels.VectorMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The ten rows that are most similar. */
final class EngramTopK implements Work {
  private static final int K = 10;
  private static final double BOUND = 4e-5;

  private final CosineData data;
  private final MemorySegment query;
  private final VectorMatrix rows;

  EngramTopK(CosineData data) {
    this.data = data;
    Engram.configure(EngramCosine.POOL_SIZE_BYTES);
    query = NativeFloats.copyOf(data.query());
    rows = VectorMatrix.copyOf(data.rows);
  }

  @Override
  public Object run() {
    return best();
  }

  private List<Match> best() {
    return CosineSimilarity.topK(query, rows, K);
  }

  @Override
  public void check() {
    double[] exact =
        IntStream.range(0, data.rows.length).mapToDouble(r -> data.exact(0, r)).toArray();
    double[] ascending = exact.clone();
    Arrays.sort(ascending);
    List<Match> best = best();
    for (int rank = 0; rank < best.size(); rank++) {
      Match match = best.get(rank);
      WrongResultException.requireNear(rank, match.score(), exact[match.index()], BOUND);
      double expected = ascending[ascending.length - 1 - rank];
      WrongResultException.requireNear(rank, match.score(), expected, BOUND);
    }
    WrongResultException.requireNear(0, best.size(), Math.min(K, exact.length), 0);
  }
}
