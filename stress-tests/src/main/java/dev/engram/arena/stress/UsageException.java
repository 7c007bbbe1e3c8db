package dev.engram.arena.stress;

import java.io.Serial;

/**
 * An option or a setting that cannot be used. The message is one line for the user, and says what
 * is allowed.
 */
final class UsageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UsageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** With the words of another refusal. */
  UsageException(IllegalArgumentException refusal) {
    super(refusal.getMessage(), refusal);
  }

  UsageException(String message) {
    super(message);
  }
}
