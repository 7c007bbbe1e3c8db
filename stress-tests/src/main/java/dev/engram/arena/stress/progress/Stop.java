package dev.engram.arena.stress.progress;

import java.util.ArrayList;
import java.util.List;

/** Asks a run to come to its end before its time. For any thread. */
public class Stop {
  /** Nobody asks, so nothing is kept for that. */
  static final Stop NEVER =
      new Stop() {
        @Override
        public void onRequest(Runnable action) {}
      };

  private final List<Runnable> actions = new ArrayList<>();
  private volatile boolean requested;

  /** Not asked for yet. */
  public Stop() {}

  /**
   * Whether the run is to end.
   *
   * @return true from the first request on
   */
  public boolean isRequested() {
    return requested;
  }

  /** Asks. Does nothing the second time. */
  public void request() {
    List<Runnable> due;
    synchronized (actions) {
      requested = true;
      due = List.copyOf(actions);
      actions.clear();
    }
    due.forEach(Runnable::run);
  }

  /**
   * Has something done on request.
   *
   * @param action run once, by whoever asks, or at once if somebody has
   */
  public void onRequest(Runnable action) {
    synchronized (actions) {
      if (!requested) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }
}
