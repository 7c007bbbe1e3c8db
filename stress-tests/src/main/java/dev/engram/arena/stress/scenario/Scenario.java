package dev.engram.arena.stress.scenario;

import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.vectors.VectorSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One kind of stress run. */
public interface Scenario {
  /**
   * What the command line calls it.
   *
   * @return one word
   */
  String name();

  /**
   * What it does, for the help.
   *
   * @return a few sentences
   */
  String description();

  /**
   * Settings for what the user leaves open.
   *
   * @return the defaults
   */
  Defaults defaults();

  /**
   * Whether it compares vectors, so that their number and dimension matter.
   *
   * @return true, unless a scenario says otherwise
   */
  default boolean comparesVectors() {
    return true;
  }

  /**
   * Refuses settings under which a run would not show what it is for. Does nothing by itself.
   *
   * @param settings what the user wants
   * @throws IllegalArgumentException if they are refused; the message says what to change
   */
  default void check(StressSettings settings) {}

  /**
   * Runs. The arenas are configured as the settings say when it begins; they need not be at its
   * end.
   *
   * @param settings what to do
   * @param vectors the vectors to do it with, of {@link StressSettings#dimensions}
   * @param progress told how far it is
   * @return what was seen
   * @throws InterruptedException if the calling thread is interrupted; the run is over then
   * @throws CannotRunException if this machine lacks what the run needs
   */
  ScenarioResult run(StressSettings settings, VectorSource vectors, Progress progress)
      throws InterruptedException;

  /**
   * Settings for what the user leaves open.
   *
   * @param threads as in {@link StressSettings}
   * @param iterations as in {@link StressSettings}; what is run if there is no duration
   * @param duration as in {@link StressSettings}; gives way to iterations that the user wants
   * @param dimensions as in {@link StressSettings}
   * @param candidates as in {@link StressSettings}
   * @param poolSizeBytes capacity of each arena
   * @param overflow what happens to an allocation that does not fit
   */
  record Defaults(
      int threads,
      long iterations,
      @Nullable Duration duration,
      int dimensions,
      int candidates,
      long poolSizeBytes,
      OverflowStrategy overflow) {

    /**
     * Defaults that count iterations, and under which what does not fit is an error.
     *
     * @param threads as in {@link StressSettings}
     * @param iterations as in {@link StressSettings}
     * @param dimensions as in {@link StressSettings}
     * @param candidates as in {@link StressSettings}
     * @param poolSizeBytes capacity of each arena
     */
    public Defaults(
        int threads, long iterations, int dimensions, int candidates, long poolSizeBytes) {
      this(
          threads,
          iterations,
          null,
          dimensions,
          candidates,
          poolSizeBytes,
          OverflowStrategy.ERROR_RETURN);
    }
  }
}
