package dev.engram.arena.stress.progress;

import java.io.PrintStream;
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
    bar =
        new ProgressBarBuilder()
            .setTaskName(what)
            .setInitialMax(total > 0 ? total : -1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_INTERVAL_MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(out, COLUMNS))
            .showSpeed()
            .build();
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
