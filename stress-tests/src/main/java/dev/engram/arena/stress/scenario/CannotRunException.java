package dev.engram.arena.stress.scenario;

import java.io.Serial;

/**
 * This machine lacks what a run needs. The message is one line for the user, and says what is
 * missing.
 */
public final class CannotRunException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Says what is missing.
   *
   * @param message one line
   * @param cause what showed it
   */
  public CannotRunException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Says what is missing in the words of what showed it.
   *
   * @param cause what showed it
   */
  public CannotRunException(LinkageError cause) {
    super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
  }

  /**
   * Says what is missing.
   *
   * @param message one line
   */
  public CannotRunException(String message) {
    super(message);
  }
}
