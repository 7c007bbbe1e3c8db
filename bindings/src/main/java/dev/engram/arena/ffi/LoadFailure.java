package dev.engram.arena.ffi;

import org.jspecify.annotations.NullMarked;

/** Makes the one error of the loader: what was tried, what was wrong with it, what to do. */
@NullMarked
final class LoadFailure {
  private LoadFailure() {}

  /** Both are parts of a sentence, without its full stop. */
  static UnsatisfiedLinkError of(String problem, String remedy) {
    return new UnsatisfiedLinkError(
        "Cannot load the native library of Engram Arena: %s. %s.".formatted(problem, remedy));
  }

  static UnsatisfiedLinkError of(String problem, String remedy, Throwable cause) {
    UnsatisfiedLinkError failure = of(problem, remedy);
    failure.initCause(cause);
    return failure;
  }
}
