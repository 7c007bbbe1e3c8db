package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.benchmarks.alloc.BumpBenchmark;
import dev.engram.arena.benchmarks.alloc.JdkBenchmark;
import dev.engram.arena.benchmarks.alloc.ScopeBenchmark;
import dev.engram.arena.benchmarks.alloc.SegmentsBenchmark;
import dev.engram.arena.benchmarks.alloc.Variant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

/**
 * Counts the operations of many threads over a common interval: all run before it begins and go on
 * after it ends. JMH adds up what each thread did in an interval of its own, which with more
 * threads than cores comes to more than the machine can do.
 *
 * <p>Run as a program in a JVM of its own, so that the compiler has seen one variant only.
 */
final class ThreadSweep {
  /** Segments of an operation. */
  static final int SEGMENTS = 10;

  /** What the lines begin with that hold results; the JVM may print others. */
  static final String RESULT = "rate ";

  /** Operations between two looks at what the others want. */
  private static final int BATCH = 64;

  /** Counters lie that far apart, so that no two share a cache line or a pair of them. */
  private static final int STRIDE = 32;

  private final Supplier<Operation> operations;
  private volatile boolean stopped;

  /** What a thread does again and again. */
  private interface Operation {
    float run();
  }

  private ThreadSweep(Supplier<Operation> operations) {
    this.operations = operations;
  }

  /**
   * Arguments: variant, warm-up in ns, interval in ns, numbers of threads. Prints a line for each.
   */
  public static void main(String[] args) throws InterruptedException {
    Supplier<Operation> operations = operations(Variant.valueOf(args[0]));
    Duration warmup = Duration.ofNanos(Long.parseLong(args[1]));
    Duration interval = Duration.ofNanos(Long.parseLong(args[2]));
    for (String threads : List.of(args).subList(3, args.length)) {
      double rate =
          new ThreadSweep(operations).perSecond(Integer.parseInt(threads), warmup, interval);
      System.out.println(RESULT + threads + " " + rate);
    }
  }

  private static Supplier<Operation> operations(Variant variant) {
    return switch (variant) {
      case SCOPE_LOCAL -> () -> prepared(new ScopeBenchmark())::uninitializedLocal;
      case BUMP_LOCAL -> () -> prepared(new BumpBenchmark())::bumpLocal;
      case CONFINED_LOCAL -> () -> prepared(new JdkBenchmark())::confinedLocal;
      default -> throw new IllegalArgumentException("There is no sweep of " + variant);
    };
  }

  private static <B extends SegmentsBenchmark> B prepared(B benchmark) {
    benchmark.segments = SEGMENTS;
    return benchmark;
  }

  private double perSecond(int threads, Duration warmup, Duration interval)
      throws InterruptedException {
    AtomicLongArray counts = new AtomicLongArray((threads + 1) * STRIDE);
    CountDownLatch ready = new CountDownLatch(threads);
    List<Thread> workers = new ArrayList<>();
    for (int i = 1; i <= threads; i++) {
      int index = i * STRIDE;
      workers.add(Thread.ofPlatform().start(() -> work(counts, index, ready)));
    }
    ready.await();
    Thread.sleep(warmup);
    long began = System.nanoTime();
    long before = sum(counts);
    Thread.sleep(interval);
    long ended = System.nanoTime();
    long after = sum(counts);
    stopped = true;
    for (Thread worker : workers) {
      worker.join();
    }
    return (after - before) * 1e9 / (ended - began);
  }

  private void work(AtomicLongArray counts, int index, CountDownLatch ready) {
    Operation operation = operations.get();
    ready.countDown();
    float sum = 0;
    for (long done = BATCH; !stopped; done += BATCH) {
      for (int i = 0; i < BATCH; i++) {
        sum += operation.run();
      }
      counts.setOpaque(index, done);
    }
    requireWorked(sum);
  }

  /** Uses the results, so that no compiler leaves the work out. */
  private static void requireWorked(float sum) {
    if (!(sum > 0)) {
      throw new IllegalStateException("The sum of positive numbers is " + sum);
    }
  }

  private static long sum(AtomicLongArray counts) {
    long sum = 0;
    for (int i = STRIDE; i < counts.length(); i += STRIDE) {
      sum += counts.getOpaque(i);
    }
    return sum;
  }
}
