package dev.engram.arena.stress.progress;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Plain lines: one when a phase begins, one a second in its first ten seconds, then one every five.
 */
public final class LineProgress implements Progress {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long EARLY = 10 * SECOND;
  private static final long LATE_INTERVAL = 5 * SECOND;

  private final PrintStream out;
  private final LongSupplier nanoClock;
  private String what = "";
  private long total;
  private long phaseBegan;
  private long lastLine;

  /**
   * Lines on a stream.
   *
   * @param out where they go
   */
  public LineProgress(PrintStream out) {
    this(out, System::nanoTime);
  }

  LineProgress(PrintStream out, LongSupplier nanoClock) {
    this.out = out;
    this.nanoClock = nanoClock;
  }

  @Override
  public void phase(String name, long steps) {
    what = name;
    total = steps;
    phaseBegan = nanoClock.getAsLong();
    lastLine = phaseBegan;
    out.println(what);
  }

  @Override
  public void at(long done) {
    long now = nanoClock.getAsLong();
    long elapsed = now - phaseBegan;
    if (now - lastLine < (elapsed <= EARLY ? SECOND : LATE_INTERVAL)) {
      return;
    }
    lastLine = now;
    out.println(line(done, elapsed / SECOND));
  }

  private String line(long done, long seconds) {
    if (total > 0) {
      return String.format(
          Locale.ROOT,
          "%s: %,d of %,d (%d %%), %d s",
          what,
          done,
          total,
          100 * done / total,
          seconds);
    }
    return done > 0
        ? String.format(Locale.ROOT, "%s: %,d, %d s", what, done, seconds)
        : String.format(Locale.ROOT, "%s: %d s", what, seconds);
  }

  @Override
  public void close() {
    // Every line is complete already.
  }
}
