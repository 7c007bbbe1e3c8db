package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A scope in which kernels are called: what is staged for them, and the native results, which are
 * looked at only when everything that is done inside the scope is over. For one thread at a time.
 */
final class KernelScope {
  /** All sizes are multiples of it, so that no allocation leaves a gap. */
  private static final long ALIGNMENT_BYTES = 64;

  private record Input(MemorySegment staged, MemorySegment source) {}

  private record Result(String form, ExpectedResult expected, MemorySegment segment) {}

  private final ArenaScope scope;
  private final WorkTally work;
  private final ResultTally tally;
  private final UnaryOperator<float[]> results;
  private final List<Input> inputs = new ArrayList<>();
  private final List<Result> pending = new ArrayList<>();

  /**
   * Begins without anything staged.
   *
   * @param work counts the bytes that are staged
   * @param results what is done to each result before it is looked at
   */
  KernelScope(ArenaScope scope, WorkTally work, ResultTally tally, UnaryOperator<float[]> results) {
    this.scope = scope;
    this.work = work;
    this.tally = tally;
    this.results = results;
  }

  /** Bytes that a segment takes of the arena. */
  static long padded(long bytes) {
    return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }

  /** What is left of the arena. */
  long availableBytes() {
    return scope.availableBytes();
  }

  /** A copy of an array that a kernel may change. */
  MemorySegment copyOf(float[] source) {
    return room(source.length).copyFrom(MemorySegment.ofArray(source));
  }

  /** A copy of an array that must stay as it is. */
  MemorySegment input(long[] source) {
    return input(allocate((long) source.length * Long.BYTES), MemorySegment.ofArray(source));
  }

  /** A copy of an array that must stay as it is. */
  MemorySegment input(float[] source) {
    return input(room(source.length), MemorySegment.ofArray(source));
  }

  /** The same, but not on a boundary of 64 bytes, so that the kernel may copy it once more. */
  MemorySegment unalignedInput(float[] source) {
    return input(
        room(source.length + 1L).asSlice(Float.BYTES, (long) source.length * Float.BYTES),
        MemorySegment.ofArray(source));
  }

  /** Copies of arrays of the same length, one after the other, that must stay as they are. */
  MemorySegment input(float[][] rows) {
    long rowBytes = (long) rows[0].length * Float.BYTES;
    MemorySegment all = allocate(rows.length * rowBytes);
    for (int row = 0; row < rows.length; row++) {
      input(all.asSlice(row * rowBytes, rowBytes), MemorySegment.ofArray(rows[row]));
    }
    return all;
  }

  private MemorySegment input(MemorySegment staged, MemorySegment source) {
    staged.copyFrom(source);
    inputs.add(new Input(staged, source));
    return staged;
  }

  /** Floats that a kernel is to write. */
  MemorySegment room(long floats) {
    return allocate(floats * Float.BYTES);
  }

  private MemorySegment allocate(long bytes) {
    work.allocatedBytes += padded(bytes);
    return scope.uninitialized().allocate(padded(bytes), ALIGNMENT_BYTES).asSlice(0, bytes);
  }

  /** Looks at a result that is not in the arena. */
  void check(String form, ExpectedResult expected, float[] result) {
    expected.check(form, results.apply(result), tally);
  }

  /** Has a result that lies in the arena looked at by {@link #checkAll}. */
  void checkLater(String form, ExpectedResult expected, MemorySegment result) {
    pending.add(new Result(form, expected, result));
  }

  /** Looks at the native results, and whether the inputs are what was staged. */
  void checkAll() {
    for (Result result : pending) {
      check(result.form, result.expected, result.segment.toArray(ValueLayout.JAVA_FLOAT));
    }
    for (Input input : inputs) {
      work.bytesChecked += input.staged.byteSize();
      long differs = input.staged.mismatch(input.source);
      if (differs >= 0) {
        work.wrongSegment(
            "byte %d of %d staged for a kernel".formatted(differs, input.staged.byteSize()));
      }
    }
  }
}
