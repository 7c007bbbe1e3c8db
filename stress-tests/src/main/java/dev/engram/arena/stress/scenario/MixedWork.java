package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A scope with data in it, and all kernels, each in a scope of its own that is opened inside that
 * one or inside another kernel's. For one thread at a time.
 */
final class MixedWork {
  /** As many of their scopes may be open at once. */
  private static final int KERNELS = 3;

  private static final int SEGMENTS_MAX = 4;
  private static final int ALIGNMENT_BYTES = 64;
  private static final int SEGMENT_UNITS_MAX = 60;

  /** The most that is in use beside what is staged for kernels. */
  static final int BYTES_MAX = (KERNELS + 1) * SEGMENTS_MAX * SEGMENT_UNITS_MAX * ALIGNMENT_BYTES;

  private final List<List<KernelFootprint>> inputs;
  private final RandomGenerator random;
  private final WorkTally work;
  private final ResultTally tally;
  private final Interlude interlude;
  private final UnaryOperator<float[]> results;

  /**
   * Work for one thread.
   *
   * @param inputs the kernels on several inputs
   * @param results what is done to each result before it is looked at
   */
  MixedWork(
      List<List<KernelFootprint>> inputs,
      RandomGenerator random,
      WorkTally work,
      ResultTally tally,
      Interlude interlude,
      UnaryOperator<float[]> results) {
    this.inputs = inputs;
    this.random = random;
    this.work = work;
    this.tally = tally;
    this.interlude = interlude;
    this.results = results;
  }

  /** Opens one outermost scope, calls all kernels on one input and closes it. */
  void run() throws Exception {
    List<KernelFootprint> kernels = new ArrayList<>(inputs.get(random.nextInt(inputs.size())));
    Collections.shuffle(kernels, random);
    try (ArenaScope outermost = open()) {
      List<PatternedSegment> live = fill(outermost);
      callWithin(kernels);
      live.forEach(segment -> segment.check(work));
    }
    work.resets++;
  }

  /** Calls the first kernel, and the others inside its scope or behind it. */
  private void callWithin(List<KernelFootprint> kernels) throws Exception {
    if (kernels.isEmpty()) {
      return;
    }
    List<KernelFootprint> others = kernels.subList(1, kernels.size());
    boolean inside = random.nextBoolean();
    try (ArenaScope own = open()) {
      List<PatternedSegment> live = fill(own);
      KernelScope scope = new KernelScope(own, work, tally, results);
      kernels.getFirst().run(scope, work);
      interlude.run(random, live.getLast().segment());
      if (inside) {
        callWithin(others);
      }
      scope.checkAll();
      live.forEach(segment -> segment.check(work));
    }
    if (!inside) {
      callWithin(others);
    }
  }

  private ArenaScope open() {
    ArenaScope scope = interlude.open();
    work.scopes++;
    return scope;
  }

  private List<PatternedSegment> fill(ArenaScope scope) {
    int count = 1 + random.nextInt(SEGMENTS_MAX);
    List<PatternedSegment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long bytes = (1L + random.nextInt(SEGMENT_UNITS_MAX)) * ALIGNMENT_BYTES;
      work.allocatedBytes += bytes;
      segments.add(
          PatternedSegment.fill(scope.allocate(bytes, ALIGNMENT_BYTES), random.nextLong()));
    }
    return segments;
  }
}
