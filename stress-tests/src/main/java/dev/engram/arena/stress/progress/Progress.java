package dev.engram.arena.stress.progress;

/** Where a run reports how far it is. For the thread that leads the run. */
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
   * Says how far the phase is. Cheap, to be called several times a second.
   *
   * @param done steps taken so far
   */
  void at(long done);

  /** Ends the last phase. Does nothing the second time. */
  @Override
  void close();
}
