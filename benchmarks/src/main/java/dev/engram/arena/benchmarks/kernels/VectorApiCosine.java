package dev.engram.arena.benchmarks.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Java Vector API: one pass over each row for dot product and norm, with four accumulators for
 * each.
 */
abstract class VectorApiCosine extends ScoresWork.RowByRow {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int STEP = SPECIES.length();
  private static final int BLOCK = 4 * STEP;

  private double queryNorm;

  private VectorApiCosine(CosineData data) {
    super(data);
    if (CosineData.DIMENSIONS % BLOCK != 0) {
      throw new IllegalStateException("The loop has no tail: " + CosineData.DIMENSIONS);
    }
  }

  /** Elements of the query. */
  abstract FloatVector query(int index);

  /** Elements of a row. */
  abstract FloatVector row(int row, int index);

  @Override
  void beginQuery() {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < CosineData.DIMENSIONS; i += STEP) {
      FloatVector q = query(i);
      sum = q.fma(q, sum);
    }
    queryNorm = sum.reduceLanes(VectorOperators.ADD);
  }

  @Override
  float score(int row) {
    FloatVector dot0 = FloatVector.zero(SPECIES);
    FloatVector dot1 = dot0;
    FloatVector dot2 = dot0;
    FloatVector dot3 = dot0;
    FloatVector norm0 = dot0;
    FloatVector norm1 = dot0;
    FloatVector norm2 = dot0;
    FloatVector norm3 = dot0;
    for (int i = 0; i < CosineData.DIMENSIONS; i += BLOCK) {
      FloatVector r0 = row(row, i);
      FloatVector r1 = row(row, i + STEP);
      FloatVector r2 = row(row, i + 2 * STEP);
      FloatVector r3 = row(row, i + 3 * STEP);
      dot0 = r0.fma(query(i), dot0);
      dot1 = r1.fma(query(i + STEP), dot1);
      dot2 = r2.fma(query(i + 2 * STEP), dot2);
      dot3 = r3.fma(query(i + 3 * STEP), dot3);
      norm0 = r0.fma(r0, norm0);
      norm1 = r1.fma(r1, norm1);
      norm2 = r2.fma(r2, norm2);
      norm3 = r3.fma(r3, norm3);
    }
    float dot = dot0.add(dot1).add(dot2.add(dot3)).reduceLanes(VectorOperators.ADD);
    float norm = norm0.add(norm1).add(norm2.add(norm3)).reduceLanes(VectorOperators.ADD);
    return (float) (dot / Math.sqrt(queryNorm * norm));
  }

  /** Over native memory. */
  static final class Native extends VectorApiCosine {
    private final MemorySegment query;
    private final MemorySegment rows;

    Native(CosineData data) {
      super(data);
      query = NativeFloats.copyOf(data.query());
      rows = NativeFloats.copyOf(data.rows);
    }

    @Override
    FloatVector query(int index) {
      return load(query, index);
    }

    @Override
    FloatVector row(int row, int index) {
      return load(rows, (long) row * CosineData.DIMENSIONS + index);
    }

    private static FloatVector load(MemorySegment segment, long index) {
      return FloatVector.fromMemorySegment(
          SPECIES, segment, index * Float.BYTES, ByteOrder.nativeOrder());
    }
  }

  /** Over arrays. */
  static final class Heap extends VectorApiCosine {
    Heap(CosineData data) {
      super(data);
    }

    @Override
    FloatVector query(int index) {
      return FloatVector.fromArray(SPECIES, data.query(), index);
    }

    @Override
    FloatVector row(int row, int index) {
      return FloatVector.fromArray(SPECIES, data.rows[row], index);
    }
  }
}
