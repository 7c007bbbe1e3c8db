package dev.engram.arena.benchmarks.report;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import dev.engram.arena.benchmarks.measure.Measurements;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A figure to reach.
 *
 * @param title what is compared
 * @param unit what is counted: segments, threads, rows
 * @param count how many of it
 * @param bound which side of the floor is the good one
 * @param floor what must be reached
 * @param aim what would be well done, or null if there is none
 * @param formula how it comes from the measurements; empty if something was not measured
 */
public record Figure(
    String title,
    String unit,
    int count,
    Bound bound,
    double floor,
    @Nullable Double aim,
    Formula formula) {

  /** Which side is the good one. */
  public enum Bound {
    /** The more the better. */
    AT_LEAST {
      @Override
      boolean holds(double measured, double limit) {
        return measured >= limit;
      }
    },
    /** The less the better. */
    AT_MOST {
      @Override
      boolean holds(double measured, double limit) {
        return measured <= limit;
      }
    };

    abstract boolean holds(double measured, double limit);
  }

  /** What became of a figure. */
  public enum Verdict {
    /** The aim is reached, and with it the floor. */
    AIM("aim"),
    /** The floor is reached; if there is an aim, it is not. */
    FLOOR("floor"),
    /** The floor is missed. */
    MISSED("NO"),
    /** Something that it takes is not there. */
    NOT_MEASURED("not measured");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    /**
     * For a table.
     *
     * @return a word or two
     */
    public String word() {
      return word;
    }
  }

  /**
   * How many times faster than a peer this library is.
   *
   * @param peer its name
   * @param theirs the peer
   * @param ours this library
   * @param unit what is counted
   * @param size how many of it
   * @param floor what must be reached
   * @param aim what would be well done, or null if there is none
   * @return the figure
   */
  public static Figure timesFaster(
      String peer,
      BenchmarkCase theirs,
      BenchmarkCase ours,
      String unit,
      int size,
      double floor,
      @Nullable Double aim) {
    return new Figure(
        "times faster than " + peer,
        unit,
        size,
        Bound.AT_LEAST,
        floor,
        aim,
        Formula.ratio(Formula.nanos(theirs, size), Formula.nanos(ours, size)));
  }

  /**
   * What it comes to.
   *
   * @param measurements what was measured
   * @return the figure; empty if something that it takes was not measured
   */
  public OptionalDouble measured(Measurements measurements) {
    return formula.of(measurements);
  }

  /**
   * Whether it holds.
   *
   * @param measurements what was measured
   * @return the verdict
   */
  public Verdict verdict(Measurements measurements) {
    OptionalDouble measured = measured(measurements);
    if (measured.isEmpty()) {
      return Verdict.NOT_MEASURED;
    }
    if (aim != null && bound.holds(measured.getAsDouble(), aim)) {
      return Verdict.AIM;
    }
    return bound.holds(measured.getAsDouble(), floor) ? Verdict.FLOOR : Verdict.MISSED;
  }
}
