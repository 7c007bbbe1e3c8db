package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.kernels.VectorMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Many queries, native in and out. */
abstract class EngramQueries implements Work {
  final CosineData data;
  final VectorMatrix rows;
  final MemorySegment scores;

  private EngramQueries(CosineData data) {
    this.data = data;
    Engram.configure(EngramCosine.POOL_SIZE_BYTES);
    rows = VectorMatrix.copyOf(data.rows);
    scores = NativeFloats.allocate((long) CosineData.QUERIES * data.rows.length);
  }

  @Override
  public final void check() {
    run();
    float[] all = NativeFloats.toArray(scores);
    int count = data.rows.length;
    for (int query = 0; query < CosineData.QUERIES; query++) {
      data.requireScores(query, Arrays.copyOfRange(all, query * count, (query + 1) * count));
    }
  }

  /** In one call. */
  static final class AtOnce extends EngramQueries {
    private final VectorMatrix queries;

    AtOnce(CosineData data) {
      super(data);
      queries = VectorMatrix.copyOf(data.queries);
    }

    @Override
    public Object run() {
      CosineSimilarity.scores(queries, rows, scores);
      return scores;
    }
  }

  /** In a call each. */
  static final class OneByOne extends EngramQueries {
    private final List<MemorySegment> queries = new ArrayList<>();
    private final List<MemorySegment> targets = new ArrayList<>();

    OneByOne(CosineData data) {
      super(data);
      long bytes = (long) data.rows.length * Float.BYTES;
      for (int query = 0; query < CosineData.QUERIES; query++) {
        queries.add(NativeFloats.copyOf(data.queries[query]));
        targets.add(scores.asSlice(query * bytes, bytes));
      }
    }

    @Override
    public Object run() {
      for (int query = 0; query < CosineData.QUERIES; query++) {
        CosineSimilarity.scores(queries.get(query), rows, targets.get(query));
      }
      return scores;
    }
  }
}
