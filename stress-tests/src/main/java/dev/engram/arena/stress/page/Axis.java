package dev.engram.arena.stress.page;

import dev.engram.arena.internal.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * An axis of a chart: from where to where it goes, and what is written at it.
 *
 * @param low value at its beginning
 * @param high value at its end
 * @param logarithmic whether equal lengths are equal proportions
 * @param unit of the numbers, or empty if each tick has its own
 * @param ticks round values, ascending
 */
record Axis(double low, double high, boolean logarithmic, String unit, List<Tick> ticks) {
  private static final String[] COUNT_UNITS = {"", "thousand ", "million ", "billion "};
  private static final String[] BYTE_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  private static final int TICKS_WANTED = 4;
  private static final double LABELLED_DECADES_MAX = 5;

  /**
   * A round value.
   *
   * @param value in the unit of the data
   * @param label in the unit of the axis
   */
  record Tick(double value, String label) {}

  /** From zero to a round number. */
  static Axis count(double max, String things) {
    int power = power(max, 1000, COUNT_UNITS.length);
    return upTo(max, Math.pow(1000, power), COUNT_UNITS[power] + things);
  }

  /** From zero to a round number. */
  static Axis bytes(double max) {
    int power = power(max, 1024, BYTE_UNITS.length);
    return upTo(max, Math.pow(1024, power), BYTE_UNITS[power]);
  }

  private static int power(double max, double base, int count) {
    int power = 0;
    for (double rest = max; rest >= base && power < count - 1; rest /= base) {
      power++;
    }
    return power;
  }

  private static Axis upTo(double max, double factor, String unit) {
    double step = step(max / factor);
    double top = Math.max(step, Math.ceil(max / factor / step - 1e-9) * step);
    return new Axis(0, top * factor, false, unit, linearTicks(0, top, step, factor));
  }

  /** From zero to exactly the last moment. */
  static Axis time(double seconds) {
    double factor = seconds < 300 ? 1 : seconds < 3 * 3600 ? 60 : 3600;
    String unit = factor == 1 ? "seconds" : factor == 60 ? "minutes" : "hours";
    double max = Math.max(seconds, 1e-3) / factor;
    return new Axis(0, max * factor, false, unit, linearTicks(0, max, step(max), factor));
  }

  /** Things that are numbered from one, each with a place of its own. */
  static Axis numbered(int count, String unit) {
    double step = Math.max(1, step(count));
    List<Tick> ticks = new ArrayList<>(linearTicks(step, count, step, 1));
    if (step > 1) {
      ticks.addFirst(new Tick(1, "1"));
    }
    return new Axis(0.5, count + 0.5, false, unit, List.copyOf(ticks));
  }

  /** Durations, from a power of ten to a power of ten. */
  static Axis nanos(double min, double max) {
    int first = (int) Math.floor(Math.log10(Math.max(1, min)) + 1e-9);
    int last = Math.max(first + 1, (int) Math.ceil(Math.log10(Math.max(1, max)) - 1e-9));
    int every = (int) Math.ceil((last - first) / LABELLED_DECADES_MAX);
    List<Tick> ticks = new ArrayList<>();
    for (int decade = first; decade <= last; decade += every) {
      ticks.add(new Tick(Math.pow(10, decade), Units.nanos(Math.pow(10, decade))));
    }
    return new Axis(Math.pow(10, first), Math.pow(10, last), true, "", List.copyOf(ticks));
  }

  /** The smallest of 1, 2, 2.5 and 5 times a power of ten that leaves few enough ticks. */
  private static double step(double max) {
    if (max <= 0) {
      return 1;
    }
    double raw = max / TICKS_WANTED;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    for (double factor : new double[] {1, 2, 2.5, 5}) {
      if (raw <= factor * power * (1 + 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static List<Tick> linearTicks(double from, double to, double step, double factor) {
    List<Tick> ticks = new ArrayList<>();
    for (int i = 0; from + i * step <= to + step * 1e-6; i++) {
      double value = from + i * step;
      ticks.add(new Tick(value * factor, label(value, step)));
    }
    return List.copyOf(ticks);
  }

  /** As many decimals as the step has. */
  private static String label(double value, double step) {
    int decimals = 0;
    while (decimals < 6
        && Math.abs(Math.rint(step * Math.pow(10, decimals)) / Math.pow(10, decimals) - step)
            > step * 1e-6) {
      decimals++;
    }
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** Where a value is, from 0 at the beginning to 1 at the end. */
  double position(double value) {
    DoubleUnaryOperator scale = logarithmic ? Math::log : DoubleUnaryOperator.identity();
    double from = scale.applyAsDouble(low);
    return (scale.applyAsDouble(value) - from) / (scale.applyAsDouble(high) - from);
  }
}
