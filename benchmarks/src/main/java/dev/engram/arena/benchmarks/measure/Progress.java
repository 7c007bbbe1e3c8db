package dev.engram.arena.benchmarks.measure;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Says how far a run is, now and then. Not thread-safe. */
public final class Progress {
  /** Longest silence, but for a step that takes longer. */
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(5).toNanos();

  private final PrintStream out;
  private final int steps;
  private final long beganNanos = System.nanoTime();
  private long lastLineNanos = beganNanos - SIGN_OF_LIFE_NANOS;
  private int done;

  /**
   * Nothing is done yet.
   *
   * @param out where the lines go
   * @param steps how many there will be
   */
  public Progress(PrintStream out, int steps) {
    this.out = out;
    this.steps = steps;
  }

  /**
   * A step begins. If there are more than were foreseen, something is done again.
   *
   * @param what it does
   */
  public void step(String what) {
    long now = System.nanoTime();
    if (now - lastLineNanos >= SIGN_OF_LIFE_NANOS) {
      lastLineNanos = now;
      String place = done < steps ? done + " of " + steps : "again";
      out.printf(Locale.ROOT, "%s, %d s: %s%n", place, elapsed().toSeconds(), what);
    }
    done++;
  }

  /**
   * Since when there was nothing done.
   *
   * @return the time
   */
  public Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - beganNanos);
  }
}
