package dev.engram.arena.stress;

import dev.engram.arena.stress.progress.Stop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Lets a run end cleanly when the process is asked to end, by Ctrl-C for instance. The JVM then
 * ends with its own exit code for the signal, 130 or 143, whatever the run comes to.
 */
final class Interruption {
  private static final long LAST_GRACE_SECONDS = 3;

  private Interruption() {}

  /**
   * Runs.
   *
   * @param stop asked to stop the run
   * @param grace how long the run may take to end by itself; then the calling thread is interrupted
   */
  static int guard(Terminal terminal, Stop stop, Duration grace, IntSupplier run) {
    Thread leader = Thread.currentThread();
    CountDownLatch over = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              if (over.getCount() == 0) {
                return;
              }
              // First: a run that was interrupted, too, may end at any moment, and is judged by it.
              stop.request();
              terminal.err().println("stress: interrupted; the run is coming to its end");
              try {
                if (!over.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                  leader.interrupt();
                  over.await(LAST_GRACE_SECONDS, TimeUnit.SECONDS);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stress-interruption");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already.
      return ExitCode.INTERRUPTED;
    }
    try {
      return run.getAsInt();
    } finally {
      terminal.out().flush();
      over.countDown();
    }
  }
}
