package dev.engram.arena.benchmarks.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * How fast the candidates can be read at all: their plain sum, by the Java Vector API over native
 * memory, with eight accumulators.
 */
final class ReadLimit implements Work {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final long STEP = SPECIES.vectorByteSize();
  private static final long BLOCK = 8 * STEP;

  /** A hundred rows. */
  private static final long PART_BYTES = 100L * CosineData.DIMENSIONS * Float.BYTES;

  private final CosineData data;
  private final MemorySegment rows;

  ReadLimit(CosineData data) {
    this.data = data;
    rows = NativeFloats.copyOf(data.rows);
    if (rows.byteSize() % BLOCK != 0) {
      throw new IllegalStateException("The loop has no tail: " + rows.byteSize());
    }
  }

  @Override
  public Object run() {
    float sum = 0;
    for (long start = 0; start < rows.byteSize(); start += PART_BYTES) {
      sum += sum(start, Math.min(start + PART_BYTES, rows.byteSize()));
    }
    return sum;
  }

  /** In a method of its own, which is compiled sooner than a long loop. */
  private float sum(long start, long end) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector sum4 = sum0;
    FloatVector sum5 = sum0;
    FloatVector sum6 = sum0;
    FloatVector sum7 = sum0;
    for (long at = start; at < end; at += BLOCK) {
      sum0 = sum0.add(load(at));
      sum1 = sum1.add(load(at + STEP));
      sum2 = sum2.add(load(at + 2 * STEP));
      sum3 = sum3.add(load(at + 3 * STEP));
      sum4 = sum4.add(load(at + 4 * STEP));
      sum5 = sum5.add(load(at + 5 * STEP));
      sum6 = sum6.add(load(at + 6 * STEP));
      sum7 = sum7.add(load(at + 7 * STEP));
    }
    FloatVector low = sum0.add(sum1).add(sum2.add(sum3));
    FloatVector high = sum4.add(sum5).add(sum6.add(sum7));
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  private FloatVector load(long offset) {
    return FloatVector.fromMemorySegment(SPECIES, rows, offset, ByteOrder.nativeOrder());
  }

  @Override
  public void check() {
    double sum = 0;
    for (float[] row : data.rows) {
      for (float element : row) {
        sum += element;
      }
    }
    // Sums of so many terms between -1 and 1 lose some thousandths.
    WrongResultException.requireNear(0, (Float) run(), sum, 0.1);
  }
}
