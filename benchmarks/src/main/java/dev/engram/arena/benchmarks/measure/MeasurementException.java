package dev.engram.arena.benchmarks.measure;

import java.io.Serial;

/** Something could not be measured. The message is for the user. */
public final class MeasurementException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  MeasurementException(String message) {
    super(message);
  }

  MeasurementException(String message, Throwable cause) {
    super(message, cause);
  }
}
