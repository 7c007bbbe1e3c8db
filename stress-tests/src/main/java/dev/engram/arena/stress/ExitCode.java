package dev.engram.arena.stress;

/** What the process ends with. picocli's own 1 for exceptions would say that an invariant broke. */
final class ExitCode {
  static final int HELD = 0;
  static final int BROKEN = 1;
  static final int USAGE = 2;
  static final int CANNOT_RUN = 3;

  private ExitCode() {}
}
