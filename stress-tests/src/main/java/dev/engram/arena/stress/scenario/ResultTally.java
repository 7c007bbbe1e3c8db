package dev.engram.arena.stress.scenario;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What was seen of the results of kernels. For one thread at a time. */
final class ResultTally {
  private long results;
  private long elements;
  private long wrong;
  private long different;
  private @Nullable String firstWrong;
  private @Nullable String firstDifferent;

  /** What several tallies saw together, that no thread changes any more. */
  static ResultTally sum(List<ResultTally> tallies) {
    ResultTally sum = new ResultTally();
    for (ResultTally tally : tallies) {
      sum.results += tally.results;
      sum.elements += tally.elements;
      sum.wrong += tally.wrong;
      sum.different += tally.different;
      sum.firstWrong = sum.firstWrong == null ? tally.firstWrong : sum.firstWrong;
      sum.firstDifferent = sum.firstDifferent == null ? tally.firstDifferent : sum.firstDifferent;
    }
    return sum;
  }

  void checked(int elementsOfResult) {
    results++;
    elements += elementsOfResult;
  }

  void wrong(String what) {
    wrong++;
    firstWrong = firstWrong == null ? what : firstWrong;
  }

  void different(String what) {
    different++;
    firstDifferent = firstDifferent == null ? what : firstDifferent;
  }

  Invariant everyResultIsRight() {
    return invariant("every result is right", wrong, firstWrong, "against double precision");
  }

  Invariant everyResultHasTheSameBits() {
    return invariant(
        "every result has the same bits each time",
        different,
        firstDifferent,
        "on all threads and in all forms");
  }

  private Invariant invariant(String name, long faults, @Nullable String firstFault, String how) {
    return new Invariant(
        name,
        faults == 0 && elements > 0,
        faults == 0
            ? String.format(Locale.ROOT, "%,d elements of %,d results %s", elements, results, how)
            : String.format(
                Locale.ROOT,
                "%,d of %,d elements are not, the first of %s",
                faults,
                elements,
                firstFault));
  }
}
