package dev.engram.arena.stress;

/** What the process ends with. picocli's own 1 for exceptions would say that an invariant broke. */
final class ExitCode {
  static final int HELD = 0;
  static final int BROKEN = 1;
  static final int USAGE = 2;
  static final int CANNOT_RUN = 3;

  /** By Ctrl-C; the JVM's own code for that, and 143 for a request to end. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
