package dev.engram.arena.examples.recall;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/** Ends the program with one line for the user and an exit code. */
final class RecallException extends Exception {

  /** Exit code when this machine lacks something the program needs. */
  static final int CANNOT_RUN = 3;

  @Serial private static final long serialVersionUID = 1L;

  private final int exitCode;

  private RecallException(int exitCode, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Something outside the program is missing or refused. */
  static RecallException cannotRun(@Nullable String message, Throwable cause) {
    return new RecallException(CANNOT_RUN, message, cause);
  }

  /** What the user asked for, or set, is refused. */
  static RecallException usage(@Nullable String message, @Nullable Throwable cause) {
    return new RecallException(ExitCode.USAGE, message, cause);
  }

  int exitCode() {
    return exitCode;
  }
}
