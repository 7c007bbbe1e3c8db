package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;

/** Main class of the JVMs of {@link JvmExitTest}. */
final class JvmExitProbe {
  static final String DAEMONS = "daemons";
  static final String EXIT = "exit";
  static final String CLASS_LOADER = "class-loader";
  static final String PANIC = "panic";

  /** What it prints before its end. */
  static final String DONE = "done";

  static final String LIBRARY_PATH_PROPERTY = "engram.arena.library.path";

  private static final int THREADS = 4;

  /** A call takes milliseconds: some are always in the middle of one. */
  private static final int ROWS = 20_000;

  private static final int DIMENSIONS = 256;

  private JvmExitProbe() {}

  /** How the JVM is to end. */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case DAEMONS -> {
        startDaemons();
        System.out.println(DONE);
      }
      case EXIT -> {
        startDaemons();
        System.out.println(DONE);
        System.exit(0);
      }
      case CLASS_LOADER -> {
        if (System.getProperty(LIBRARY_PATH_PROPERTY) == null) {
          // Else the file can be loaded by one class loader at a time.
          ArenaControl.openScope().close();
        }
        SecondClassLoader.useAndOutlive();
        startDaemons();
        System.out.println(DONE);
      }
      case PANIC -> {
        startDaemons();
        panic();
        System.out.println(DONE);
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void startDaemons() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(THREADS);
    for (int i = 0; i < THREADS; i++) {
      Thread.ofPlatform().daemon().start(() -> computeForEver(inside));
    }
    inside.await();
  }

  private static void computeForEver(CountDownLatch inside) {
    MemorySegment rows = Arena.ofAuto().allocate((long) ROWS * DIMENSIONS * Float.BYTES, 64);
    rows.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1);
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment scores = scope.allocate(ValueLayout.JAVA_FLOAT, ROWS);
      MemorySegment query = scope.allocate(ValueLayout.JAVA_FLOAT, DIMENSIONS);
      CosineSimilarity.scores(query, rows, scores);
      inside.countDown();
      while (true) {
        CosineSimilarity.scores(query, rows, scores);
      }
    }
  }

  private static void panic() {
    ArenaControl.configure(ArenaConfig.builder().overflow(OverflowStrategy.PANIC).build());
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(1L << 40);
    }
  }
}
