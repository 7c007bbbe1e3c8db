package dev.engram.arena.examples.recall;

import dev.engram.arena.examples.recall.RelationGraph.Contribution;
import dev.engram.arena.examples.recall.RelationGraph.Spread;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Tells what each step of a recall did to an answer, and to its rank. */
final class Explanation {

  /** The rest of them is told in one line. */
  private static final int CONTRIBUTIONS_MAX = 3;

  private static final int TEXT_LENGTH_MAX = 60;

  private final WordNet wordNet;
  private final PrintStream out;

  Explanation(WordNet wordNet, PrintStream out) {
    this.wordNet = wordNet;
    this.out = out;
  }

  /**
   * Prints the steps that led to an answer.
   *
   * @param rank the rank that it has in the end
   * @param ageSeconds the time since it was recalled
   */
  void print(Recollection answer, int rank, Spread spread, long ageSeconds) {
    String similarityRank =
        answer.similarityRank() == 0
            ? "beyond " + RelationGraph.SOURCES_MAX
            : String.valueOf(answer.similarityRank());
    step("similarity", " %.4f", answer.similarity(), "rank " + similarityRank);
    step(
        "spreading",
        "+%.4f",
        answer.activation(),
        "rank " + similarityRank + " -> " + answer.activationRank());
    printContributions(spread.contributions(answer.synset()));
    step(
        "recency",
        "+%.4f",
        answer.recency(),
        "rank %d -> %d; %s".formatted(answer.activationRank(), rank, recalled(ageSeconds)));
  }

  private void step(String name, String format, float value, String effect) {
    out.printf(Locale.ROOT, "       %-10s " + format + "  %s%n", name, value, effect);
  }

  private void printContributions(List<Contribution> contributions) {
    for (Contribution contribution : contributions.stream().limit(CONTRIBUTIONS_MAX).toList()) {
      Pointer pointer = contribution.pointer();
      out.printf(
          Locale.ROOT,
          "         %.4f  %s of %s%n",
          contribution.activation(),
          pointer.relation(),
          shortened(wordNet.synsets().get(pointer.source()).text()));
    }
    if (contributions.size() > CONTRIBUTIONS_MAX) {
      List<Contribution> rest = contributions.subList(CONTRIBUTIONS_MAX, contributions.size());
      out.printf(
          Locale.ROOT,
          "         %.4f  over %,d more%n",
          rest.stream().mapToDouble(Contribution::activation).sum(),
          rest.size());
    }
  }

  private static String recalled(long ageSeconds) {
    if (ageSeconds == AssociativeMemory.NEVER_RECALLED) {
      return "never recalled before";
    }
    Duration age = Duration.ofSeconds(ageSeconds);
    if (age.toDays() > 0) {
      return "recalled " + age.toDays() + " d ago";
    }
    if (age.toHours() > 0) {
      return "recalled " + age.toHours() + " h ago";
    }
    return age.toMinutes() > 0
        ? "recalled " + age.toMinutes() + " min ago"
        : "recalled " + ageSeconds + " s ago";
  }

  private static String shortened(String text) {
    return text.length() <= TEXT_LENGTH_MAX ? text : text.substring(0, TEXT_LENGTH_MAX - 3) + "...";
  }
}
