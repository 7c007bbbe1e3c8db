package dev.engram.arena.benchmarks;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Something is missing here. The message is one line for the user. */
final class CannotRunException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  CannotRunException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }
}
