package dev.engram.arena;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Opens a scope and allocates in it with ever more heap left, 16 bytes at a time, from none until
 * it succeeds: so the heap runs out at every step that makes an object. To be run interpreted,
 * since compiled code makes fewer objects, in a small heap.
 */
final class OutOfMemoryProgram {
  private static final int CAPACITY = 1 << 20;
  private static final int KEPT_BYTES = 1000;
  private static final byte KEPT = 0x11;
  private static final byte SCRATCH = 0x22;

  /** Each takes 16 bytes of the heap. Together more than failed attempts leave to the cleaner. */
  private static final Object[] BLOCKS = new Object[1 << 14];

  /** All the rest of it. */
  private static final Object[] BALLAST = new Object[1 << 16];

  private static boolean filled;
  private static boolean isServed;

  private OutOfMemoryProgram() {}

  /**
   * Exits with 0 and prints how often the heap ran out, or dies of what went wrong.
   *
   * @param arguments an {@link AbandonedScopes}
   */
  public static void main(String[] arguments) {
    ArenaControl.configure(
        DefaultConfiguration.DEFAULT.toBuilder()
            .abandonedScopes(AbandonedScopes.valueOf(arguments[0]))
            .build());
    try {
      run();
    } finally {
      freeHeap(); // for whoever prints what was thrown
    }
  }

  private static void run() {
    // Initialises every class: an error inside an initialiser would poison it.
    attemptAndVerify(0, 0);
    int first = failures(0);
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = outer.uninitialized().allocate(KEPT_BYTES).fill(KEPT);
      int nested = failures(KEPT_BYTES);
      require(outer.availableBytes() == CAPACITY - KEPT_BYTES, "an outer scope as it was");
      for (int i = 0; i < KEPT_BYTES; i++) {
        require(kept.get(ValueLayout.JAVA_BYTE, i) == KEPT, "no live byte overwritten");
      }
      System.out.println("outermost " + first + " nested " + nested);
    }
    ArenaControl.resetArenas(); // throws if a mark were still counted as open
  }

  private static int failures(int usedBytes) {
    int failures = 0;
    int room = 0;
    do {
      fillHeap();
      attemptAndVerify(room, usedBytes);
      if (!isServed) {
        failures++;
      }
      room++;
    } while (!isServed && room < BLOCKS.length);
    require(isServed, "a scope once there is heap again");
    freeHeap();
    return failures;
  }

  private static void attemptAndVerify(int room, int usedBytes) {
    isServed = false;
    for (int i = 0; i < room; i++) {
      BLOCKS[i] = null;
    }
    ArenaScope scope = null;
    try {
      scope = ArenaControl.openScope();
      scope.uninitialized().allocate(KEPT_BYTES, 8).fill(SCRATCH);
      isServed = true;
    } catch (OutOfMemoryError e) {
      // What this is for.
    }
    freeBlocks();
    if (scope != null) {
      scope.close();
    }
    try (ArenaScope next = ArenaControl.openScope()) {
      require(next.availableBytes() == CAPACITY - usedBytes, "all memory for the next scope");
      require(
          next.allocate(KEPT_BYTES).get(ValueLayout.JAVA_BYTE, KEPT_BYTES - 1) == 0,
          "cleared memory");
    }
  }

  private static void fillHeap() {
    try {
      for (int i = 0; i < BLOCKS.length; i++) {
        BLOCKS[i] = new Object();
      }
    } catch (OutOfMemoryError e) {
      // The cleaner has not come to all that failed attempts left. The first ones are there.
    }
    if (!filled) {
      filled = true;
      int next = 0;
      for (int size = 1 << 20; size >= 0; size = size == 0 ? -1 : size / 4) {
        next = fillWith(size, next);
      }
    }
  }

  private static int fillWith(int size, int next) {
    int at = next;
    try {
      while (at < BALLAST.length) {
        BALLAST[at] = new byte[size];
        at++;
      }
    } catch (OutOfMemoryError e) {
      // As much as there was.
    }
    return at;
  }

  private static void freeBlocks() {
    for (int i = 0; i < BLOCKS.length; i++) {
      BLOCKS[i] = null;
    }
  }

  private static void freeHeap() {
    freeBlocks();
    for (int i = 0; i < BALLAST.length; i++) {
      BALLAST[i] = null;
    }
    filled = false;
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("expected " + what);
    }
  }
}
