package dev.engram.arena.benchmarks;

/** What the process ends with. A floor that is missed is a result, not a failure. */
final class ExitCode {
  static final int MEASURED = 0;
  static final int REGRESSED = 1;
  static final int USAGE = 2;
  static final int CANNOT_RUN = 3;

  private ExitCode() {}
}
