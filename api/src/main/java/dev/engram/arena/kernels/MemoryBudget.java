package dev.engram.arena.kernels;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.engram.arena.internal.OptionalModule;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds memory that the garbage collector frees and does not see: where it is used up, the
 * collector is asked to find what nobody holds any more. Any thread.
 */
final class MemoryBudget {
  /** Waits for what the collector found to be freed, each twice as long: half a second in all. */
  private static final long WAIT_MILLIS_MAX = 256;

  private final long bytesMax;
  private final AtomicLong heldBytes = new AtomicLong();

  MemoryBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * What {@code -XX:MaxDirectMemorySize} allows, which is the heap's maximum if it is not given, or
   * cannot be read since the JVM runs without the module {@code jdk.management}.
   */
  static long directMemoryMax() {
    long option = OptionalModule.isThere("jdk.management") ? DirectMemoryOption.bytes() : 0;
    return option > 0 ? option : Runtime.getRuntime().maxMemory();
  }

  /** A class of its own, since it cannot be loaded without its module. */
  private static final class DirectMemoryOption {
    static long bytes() {
      HotSpotDiagnosticMXBean bean =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      try {
        return Long.parseLong(bean.getVMOption("MaxDirectMemorySize").getValue());
      } catch (IllegalArgumentException e) {
        // A JVM without this option.
        return 0;
      }
    }
  }

  long heldBytes() {
    return heldBytes.get();
  }

  /**
   * Takes bytes, which are to be released.
   *
   * @throws OutOfMemoryError if they are not left, and nothing that is freed soon makes room
   */
  void reserve(long bytes) {
    if (tryReserve(bytes)) {
      return;
    }
    if (bytes <= bytesMax) {
      // Once: of a large heap each takes seconds, and what was held then is held still.
      System.gc();
    }
    boolean interrupted = false;
    try {
      for (long millis = 1; bytes <= bytesMax && millis <= WAIT_MILLIS_MAX; millis *= 2) {
        try {
          Thread.sleep(millis);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        if (tryReserve(bytes)) {
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throw exceeded(
        bytes,
        "%d of %d bytes are held; -XX:MaxDirectMemorySize allows more"
            .formatted(heldBytes(), bytesMax));
  }

  private boolean tryReserve(long bytes) {
    long held = heldBytes.get();
    // Subtracted, since the sum could wrap.
    while (bytes <= bytesMax - held) {
      long seen = heldBytes.compareAndExchange(held, held + bytes);
      if (seen == held) {
        return true;
      }
      held = seen;
    }
    return false;
  }

  void release(long bytes) {
    heldBytes.addAndGet(-bytes);
  }

  static OutOfMemoryError exceeded(long bytes, String why) {
    return new OutOfMemoryError("Cannot have %d bytes of native memory: %s".formatted(bytes, why));
  }
}
