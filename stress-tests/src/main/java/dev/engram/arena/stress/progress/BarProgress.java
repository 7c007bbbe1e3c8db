package dev.engram.arena.stress.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar for each phase, for a terminal. */
public final class BarProgress implements Progress {
  private static final int UPDATE_INTERVAL_MILLIS = 200;

  /** Said here, because asking the terminal would load one more native library. */
  private static final int COLUMNS = 79;

  private final PrintStream out;
  private @Nullable ProgressBar bar;

  /**
   * Bars on a stream that is a terminal.
   *
   * @param out where they go
   */
  public BarProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void phase(String what, long total) {
    close();
    bar = bar(what, total > 0 ? total : -1).build();
  }

  /** Of the steps nobody knows how many there will be, but of the time how much is left. */
  @Override
  public void phase(String what, Duration time) {
    close();
    bar =
        bar(what, -1)
            .setEtaFunction(state -> Optional.of(left(time, state.getElapsedAfterStart())))
            .build();
  }

  private static Duration left(Duration time, Duration elapsed) {
    Duration left = time.minus(elapsed);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private ProgressBarBuilder bar(String what, long max) {
    return new ProgressBarBuilder()
        .setTaskName(what)
        .setInitialMax(max)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(UPDATE_INTERVAL_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(out, COLUMNS))
        .showSpeed();
  }

  @Override
  public void at(long done) {
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
