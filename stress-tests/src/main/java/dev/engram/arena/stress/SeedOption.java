package dev.engram.arena.stress;

import picocli.CommandLine.Option;

/** What a run and a suite are given alike. */
final class SeedOption {
  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides all vectors. Default: ${DEFAULT-VALUE}.")
  private long seed;

  long value() {
    return seed;
  }
}
