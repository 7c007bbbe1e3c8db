package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.measure.Median;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures one figure in a JVM of its own: this library and its peer in short slices that take
 * turns, so that whoever else uses the machine meets both. A slice is shorter than what a scheduler
 * gives a thread at a time, so most of them are not interrupted, and the median of the pairs is one
 * of those.
 */
final class PairedFork {
  /** What the line begins with that holds the result; the JVM may print others. */
  static final String RESULT = "pairs ";

  private static final long SLICE_NANOS = 400_000;

  /** Of calls that take long a slice has so many at least. */
  private static final int CALLS_MIN = 4;

  /** Slices to find out how many calls one has. */
  private static final int CALIBRATIONS = 20;

  private static final int CALLS_MAX = 1_000_000;

  /** So many rounds of the warm-up must pass without anything compiled. */
  private static final int QUIET_ROUNDS = 3;

  private static final long WARMUP_ROUND_NANOS = 50_000_000;

  private final Operation ours;
  private final Operation peer;
  private final double slowdown;
  private final LongSupplier nanoClock;

  PairedFork(Operation ours, Operation peer, double slowdown, LongSupplier nanoClock) {
    this.ours = ours;
    this.peer = peer;
    this.slowdown = slowdown;
    this.nanoClock = nanoClock;
  }

  /** Arguments: figure, slowdown, shortest and longest warm-up in ns, time to measure in ns. */
  public static void main(String[] arguments) {
    GateFigure figure = GateFigure.valueOf(arguments[0]);
    PairedFork fork =
        new PairedFork(
            Operation.of(figure.ours(), figure.size()),
            Operation.of(figure.peer(), figure.size()),
            Double.parseDouble(arguments[1]),
            System::nanoTime);
    fork.warmUp(Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
    PairedSample sample = fork.measure(Duration.ofNanos(Long.parseLong(arguments[4])));
    System.out.println(RESULT + sample.text());
  }

  /** Until nothing is compiled any more. */
  void warmUp(long shortestNanos, long longestNanos) {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long began = nanoClock.getAsLong();
    long compiled = -1;
    int quiet = 0;
    for (long passed = 0; passed < longestNanos; passed = nanoClock.getAsLong() - began) {
      repeatFor(ours, WARMUP_ROUND_NANOS / 2);
      repeatFor(peer, WARMUP_ROUND_NANOS / 2);
      long now = compiler.getTotalCompilationTime();
      quiet = now == compiled ? quiet + 1 : 0;
      compiled = now;
      if (quiet >= QUIET_ROUNDS && passed >= shortestNanos) {
        return;
      }
    }
  }

  private void repeatFor(Operation operation, long nanos) {
    long began = nanoClock.getAsLong();
    do {
      operation.repeat(CALLS_MIN);
    } while (nanoClock.getAsLong() - began < nanos);
  }

  PairedSample measure(Duration time) {
    int ourCalls = callsOfSlice(ours);
    int peerCalls = callsOfSlice(peer);
    int slowedCalls = (int) Math.round(ourCalls * slowdown);
    List<Double> ratios = new ArrayList<>();
    List<Double> ourNanos = new ArrayList<>();
    List<Double> peerNanos = new ArrayList<>();
    long began = nanoClock.getAsLong();
    for (boolean oursFirst = true;
        nanoClock.getAsLong() - began < time.toNanos();
        oursFirst = !oursFirst) {
      double first = oursFirst ? nanos(ours, slowedCalls) : nanos(peer, peerCalls);
      double second = oursFirst ? nanos(peer, peerCalls) : nanos(ours, slowedCalls);
      double our = (oursFirst ? first : second) / ourCalls;
      double their = (oursFirst ? second : first) / peerCalls;
      ratios.add(their / our);
      ourNanos.add(our);
      peerNanos.add(their);
    }
    return new PairedSample(Median.of(ratios), Median.of(ourNanos), Median.of(peerNanos));
  }

  private int callsOfSlice(Operation operation) {
    List<Double> nanos = new ArrayList<>();
    int calls = CALLS_MIN;
    for (int i = 0; i < CALIBRATIONS; i++) {
      double slice = nanos(operation, calls);
      nanos.add(slice / calls);
      calls = callsOf(slice / calls);
    }
    return callsOf(Median.of(nanos));
  }

  private static int callsOf(double nanosPerCall) {
    return Math.clamp(Math.round(SLICE_NANOS / nanosPerCall), CALLS_MIN, CALLS_MAX);
  }

  private double nanos(Operation operation, int calls) {
    long began = nanoClock.getAsLong();
    operation.repeat(calls);
    return nanoClock.getAsLong() - began;
  }
}
