package dev.engram.arena.benchmarks.gate;

/**
 * What one JVM measured: medians over pairs of slices.
 *
 * @param ratio how many times faster than its peer this library is
 * @param ourNanos time of an operation of this library
 * @param peerNanos time of an operation of the peer
 */
record PairedSample(double ratio, double ourNanos, double peerNanos) {
  /** A line of text, from one JVM to another. */
  String text() {
    return ratio + " " + ourNanos + " " + peerNanos;
  }

  static PairedSample parse(String text) {
    String[] words = text.strip().split(" ", -1);
    return new PairedSample(
        Double.parseDouble(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]));
  }
}
