package dev.engram.arena.stress.scenario;

import dev.engram.arena.stress.progress.Stop;
import java.time.Duration;

/**
 * How many turns threads go through that must all go through the same ones: those of the settings,
 * or, in passes of which each tells how long the next may be, as many as the time allows.
 */
final class Turns {
  private final Duration duration;
  private final Stop stop;
  private final long beganNanos = System.nanoTime();
  private long passNanos;
  private long turns;

  Turns(StressSettings settings, Stop stop) {
    Duration wanted = settings.duration();
    this.duration = wanted == null ? Duration.ZERO : wanted;
    this.turns = wanted == null ? settings.iterations() : 1;
    this.stop = stop;
  }

  /** Begins a pass of so many turns. */
  long next() {
    passNanos = System.nanoTime();
    return turns;
  }

  /** Whether, at the end of a pass, there is time for another. */
  boolean goOn() {
    long now = System.nanoTime();
    long turnNanos = Math.max(1, (now - passNanos) / turns);
    turns = (duration.toNanos() - (now - beganNanos)) / turnNanos;
    return turns > 0 && !stop.isRequested();
  }
}
