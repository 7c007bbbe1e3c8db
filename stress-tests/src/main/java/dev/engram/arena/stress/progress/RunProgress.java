package dev.engram.arena.stress.progress;

import dev.engram.arena.stress.recording.RunRecorder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The progress of a run that can be stopped, and may be recorded. */
public final class RunProgress implements Progress {
  private final Progress shown;
  private final Stop stop;
  private final @Nullable RunRecorder recorder;

  /**
   * What accompanies a run.
   *
   * @param shown tells people how far it is
   * @param stop asks it to end
   * @param recorder records it, or null
   */
  public RunProgress(Progress shown, Stop stop, @Nullable RunRecorder recorder) {
    this.shown = shown;
    this.stop = stop;
    this.recorder = recorder;
  }

  @Override
  public void phase(String what, long total) {
    shown.phase(what, total);
  }

  @Override
  public void phase(String what, Duration time) {
    shown.phase(what, time);
  }

  @Override
  public void at(long done) {
    shown.at(done);
  }

  @Override
  public void close() {
    shown.close();
  }

  @Override
  public Stop stop() {
    return stop;
  }

  @Override
  public @Nullable RunRecorder recorder() {
    return recorder;
  }
}
