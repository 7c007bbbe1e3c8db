package dev.engram.arena.stress.progress;

import dev.engram.arena.stress.recording.RunRecorder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a run reports how far it is, and whom it asks whether to go on. For the thread that leads
 * the run.
 */
public interface Progress extends AutoCloseable {
  /** Says nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public void phase(String what, long total) {}

        @Override
        public void at(long done) {}

        @Override
        public void close() {}
      };

  /**
   * Begins a phase; ends the one before.
   *
   * @param what what is being done, a few words
   * @param total how many steps it takes, or 0 if that is not known
   */
  void phase(String what, long total);

  /**
   * Begins a phase that ends at a time, however many steps are taken; ends the one before.
   *
   * @param what what is being done, a few words
   * @param time how long it takes
   */
  default void phase(String what, Duration time) {
    phase(what, 0);
  }

  /**
   * Says how far the phase is. Cheap, to be called several times a second.
   *
   * @param done steps taken so far
   */
  void at(long done);

  /** Ends the last phase. Does nothing the second time. */
  @Override
  void close();

  /**
   * Whether the run is to end before its time.
   *
   * @return what is asked now and then; by itself nobody stops a run
   */
  default Stop stop() {
    return Stop.NEVER;
  }

  /**
   * Who records the run.
   *
   * @return null, unless the run is recorded
   */
  default @Nullable RunRecorder recorder() {
    return null;
  }
}
