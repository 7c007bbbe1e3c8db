package dev.engram.arena.benchmarks.gate;

/** What became of a figure. */
enum Verdict {
  /** Within the margin. */
  HOLDS("holds"),
  /** So much above the baseline that recording it anew would let the gate see more. */
  FASTER("faster"),
  /** Below the margin at the median, but by no more than the forks differ. */
  UNCLEAR("unclear"),
  /** Below the margin by more than that. */
  REGRESSED("REGRESSED"),
  /** There is nothing to compare it with. */
  NOT_COMPARED("not compared");

  private final String word;

  Verdict(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }
}
