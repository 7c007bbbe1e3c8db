package dev.engram.arena.management;

import dev.engram.arena.internal.LogMessage;
import dev.engram.arena.internal.RateLimitedWarning;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Does something once a second, on a daemon thread that is there only while that is wanted. */
final class UsageWatch {
  static final String THREAD_NAME = "engram-arena-usage-threshold";
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final RateLimitedWarning warning = RateLimitedWarning.ofProcess();
  private final Runnable look;
  private @Nullable Thread thread;

  UsageWatch(Runnable look) {
    this.look = look;
  }

  private synchronized boolean isWanted() {
    return thread == Thread.currentThread();
  }

  /** Starts it or ends it. */
  synchronized void setWanted(boolean wanted) {
    Thread running = thread;
    boolean isRunning = running != null && running.isAlive();
    if (wanted == isRunning) {
      return;
    }
    if (running != null) {
      running.interrupt();
    }
    thread = wanted ? start() : null;
  }

  /** Without what it would otherwise keep of the thread that happens to ask for it. */
  private Thread start() {
    Thread started =
        Thread.ofPlatform()
            .daemon()
            .name(THREAD_NAME)
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
    started.setContextClassLoader(null);
    started.start();
    return started;
  }

  private void run() {
    try {
      // Asked each time: a listener may have taken the interrupt for itself.
      while (isWanted()) {
        look.run();
        Thread.sleep(PERIOD);
      }
    } catch (InterruptedException e) {
      // Nobody wants it any more.
    } catch (RuntimeException | LinkageError e) {
      warning.happened(1, LogMessage.THRESHOLD_NOT_WATCHED::text, e);
    }
  }
}
