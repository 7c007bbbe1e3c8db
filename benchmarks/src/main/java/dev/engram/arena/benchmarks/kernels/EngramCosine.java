package dev.engram.arena.benchmarks.kernels;

import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.kernels.VectorMatrix;
import java.lang.foreign.MemorySegment;

/** This library's similarity of one query, in the forms that it is offered in. */
abstract class EngramCosine extends ScoresWork {
  /** That of an arena unless it is configured. */
  static final long POOL_SIZE_BYTES = 1 << 20;

  private float[] scores = {};

  private EngramCosine(CosineData data) {
    super(data);
    Engram.configure(POOL_SIZE_BYTES);
  }

  abstract float[] score();

  @Override
  public Object run() {
    scores = score();
    return scores;
  }

  @Override
  float[] scores() {
    return scores;
  }

  /** Rows in a matrix, query and scores in segments: nothing is copied. */
  static final class InPlace extends ScoresWork {
    private final MemorySegment query;
    private final VectorMatrix rows;
    private final MemorySegment target;

    InPlace(CosineData data, boolean normsOnce) {
      super(data);
      Engram.configure(POOL_SIZE_BYTES);
      query = NativeFloats.copyOf(data.query());
      rows = VectorMatrix.copyOf(data.rows);
      target = NativeFloats.allocate(data.rows.length);
      if (normsOnce) {
        rows.computeNorms();
      }
    }

    @Override
    public Object run() {
      CosineSimilarity.scores(query, rows, target);
      return target;
    }

    @Override
    float[] scores() {
      return NativeFloats.toArray(target);
    }
  }

  /** Rows in a matrix, query and scores in arrays. */
  static final class ArrayQuery extends EngramCosine {
    private final VectorMatrix rows;

    ArrayQuery(CosineData data) {
      super(data);
      rows = VectorMatrix.copyOf(data.rows);
    }

    @Override
    float[] score() {
      return CosineSimilarity.scores(data.query(), rows);
    }
  }

  /** All in arrays, the rows one after the other. */
  static final class FlatRows extends EngramCosine {
    private final float[] rows;

    FlatRows(CosineData data) {
      super(data);
      rows = data.flatRows();
    }

    @Override
    float[] score() {
      return CosineSimilarity.scores(data.query(), rows);
    }
  }

  /** All in arrays, one for each row. */
  static final class ArrayRows extends EngramCosine {
    ArrayRows(CosineData data) {
      super(data);
    }

    @Override
    float[] score() {
      return CosineSimilarity.scores(data.query(), data.rows);
    }
  }
}
