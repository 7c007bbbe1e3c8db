package dev.engram.arena.benchmarks.measure;

import dev.engram.arena.AbandonedScopes;
import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.benchmarks.alloc.ScopeBenchmark;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Two threads that do one thing for ever, for {@code scripts/bench contention} to watch from
 * outside: what they ask of the system, and what they are compiled to. A program of its own, which
 * says {@code warm} once the compiler is done with them and runs until its standard input ends.
 */
final class QuietLoop {
  /** What the system knows the threads by, which cuts a name at 15 bytes. */
  private static final String THREAD_NAME = "quiet-loop-";

  private static final int THREADS = 2;

  /** For so long nothing may be compiled. */
  private static final long WARM_MILLIS = 2000;

  private static final ReentrantLock SHARED = new ReentrantLock();

  /** Guarded by SHARED. */
  private static long taken;

  private QuietLoop() {}

  /**
   * Argument: {@code scopes}, {@code unwatched} for scopes none of which is watched for being
   * abandoned, or {@code lock} for a lock that the threads share, which the watcher has to notice.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Runnable work =
        switch (arguments[0]) {
          case "scopes" -> QuietLoop::useScopes;
          case "unwatched" -> QuietLoop::useUnwatchedScopes;
          case "lock" -> QuietLoop::shareALock;
          default -> throw new IllegalArgumentException(arguments[0]);
        };
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(work, THREAD_NAME + i);
      thread.setDaemon(true);
      thread.start();
    }
    awaitWarm();
    System.out.println("warm");
    while (System.in.read() >= 0) {
      // Nobody writes; the end is what is waited for.
    }
  }

  private static void awaitWarm() throws InterruptedException {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long before = -1;
    for (long now = 0; now != before; now = compiler.getTotalCompilationTime()) {
      before = now;
      Thread.sleep(WARM_MILLIS);
    }
  }

  private static void useUnwatchedScopes() {
    ScopeBenchmark benchmark = benchmark();
    ArenaControl.configure(ArenaConfig.builder().abandonedScopes(AbandonedScopes.OFF).build());
    use(benchmark);
  }

  private static void useScopes() {
    use(benchmark());
  }

  private static ScopeBenchmark benchmark() {
    ScopeBenchmark benchmark = new ScopeBenchmark();
    benchmark.segments = 10;
    return benchmark;
  }

  private static void use(ScopeBenchmark benchmark) {
    // For ever: the sum is that of positive numbers.
    for (float sum = 1; sum > 0; sum = benchmark.uninitializedLocal()) {}
  }

  private static void shareALock() {
    for (long count = 1; count > 0; count = takeLock()) {}
  }

  private static long takeLock() {
    SHARED.lock();
    try {
      return ++taken;
    } finally {
      SHARED.unlock();
    }
  }
}
