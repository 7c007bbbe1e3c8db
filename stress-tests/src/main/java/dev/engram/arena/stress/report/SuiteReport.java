package dev.engram.arena.stress.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs that belong together, as they are written to JSON and read from there.
 *
 * @param held whether all runs held
 * @param interrupted whether it was stopped before its time
 * @param budgetSeconds how long it was to take
 * @param elapsedSeconds how long it took
 * @param runs in their order
 */
public record SuiteReport(
    boolean held,
    boolean interrupted,
    double budgetSeconds,
    double elapsedSeconds,
    List<Entry> runs) {

  /**
   * A run of its own JVM.
   *
   * @param name of the scenario, and of what is special about the run
   * @param exitCode of the JVM
   * @param report what it left, or null if it left nothing
   */
  public record Entry(String name, int exitCode, @Nullable RunReport report) {
    /**
     * Whether it came to its end and every invariant held.
     *
     * @return false if not
     */
    public boolean held() {
      return exitCode == 0 && report != null && report.held();
    }
  }
}
