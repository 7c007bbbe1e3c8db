package dev.engram.arena.stress.scenario;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was done to arenas, to be held against what the library counted. For one thread at a time.
 */
final class WorkTally {
  long scopes;
  long resets;

  /** Counted by work in which nothing overflows. */
  long allocatedBytes;

  /** Bytes by which arenas were left with less, or more, than before a kernel's calls. */
  long keptBytes;

  long servedOverflows;
  long servedOverflowBytes;
  long refusedOverflows;
  long refusedArenas;
  long abandonedScopes;
  long bytesChecked;
  private long wrongSegments;
  private @Nullable String firstWrongSegment;
  private @Nullable String firstSizeFault;

  /** What several tallies have together, that no thread changes any more. */
  static WorkTally sum(List<WorkTally> tallies) {
    WorkTally sum = new WorkTally();
    for (WorkTally tally : tallies) {
      sum.scopes += tally.scopes;
      sum.resets += tally.resets;
      sum.allocatedBytes += tally.allocatedBytes;
      sum.keptBytes += tally.keptBytes;
      sum.servedOverflows += tally.servedOverflows;
      sum.servedOverflowBytes += tally.servedOverflowBytes;
      sum.refusedOverflows += tally.refusedOverflows;
      sum.refusedArenas += tally.refusedArenas;
      sum.abandonedScopes += tally.abandonedScopes;
      sum.bytesChecked += tally.bytesChecked;
      sum.wrongSegments += tally.wrongSegments;
      sum.firstWrongSegment = first(sum.firstWrongSegment, tally.firstWrongSegment);
      sum.firstSizeFault = first(sum.firstSizeFault, tally.firstSizeFault);
    }
    return sum;
  }

  private static @Nullable String first(@Nullable String one, @Nullable String other) {
    return one == null ? other : one;
  }

  void wrongSegment(String what) {
    wrongSegments++;
    firstWrongSegment = first(firstWrongSegment, what);
  }

  void sizeFault(String what) {
    firstSizeFault = first(firstSizeFault, what);
  }

  long wrongSegments() {
    return wrongSegments;
  }

  @Nullable String firstWrongSegment() {
    return firstWrongSegment;
  }

  @Nullable String firstSizeFault() {
    return firstSizeFault;
  }
}
