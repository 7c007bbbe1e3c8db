package dev.engram.arena;

import dev.engram.arena.ffi.engram_mark;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Opens a scope and allocates in it, and then closes one, with ever more heap left, 16 bytes at a
 * time, from none until it succeeds: so the heap runs out at every step that makes an object. To be
 * run interpreted, since compiled code makes fewer objects, in a small heap.
 */
final class OutOfMemoryProgram {
  private static final int CAPACITY = 1 << 20;
  private static final int KEPT_BYTES = 1000;

  /** A heap that is not filled at all. */
  private static final int ALL_ROOM = -1;

  private static final byte KEPT = 0x11;
  private static final byte SCRATCH = 0x22;

  /** Each takes 16 bytes of the heap. Together more than failed attempts leave to the cleaner. */
  private static final Object[] BLOCKS = new Object[1 << 14];

  /** All the rest of it. */
  private static final Object[] BALLAST = new Object[1 << 16];

  /** What a clean-up action makes. */
  private static final Object[] ACTION = new Object[1];

  private static boolean filled;
  private static boolean isServed;

  private OutOfMemoryProgram() {}

  /** What is tried while the heap is full. */
  private enum Step {
    OPEN,
    CLOSE
  }

  /** What each close has to do besides, and a fault of which the checks must tell. */
  private enum Closing {
    PLAIN,
    /** Gives a chunk back. */
    OVERFLOWING,
    /** Clears what was in use. */
    ZEROING,
    /** A metrics epoch has begun meanwhile. */
    NEW_EPOCH,
    /** A clean-up action makes an object. */
    CLEANING_UP,
    /** The scope is not closed at all. */
    FORGOTTEN
  }

  private static Closing closing = Closing.PLAIN;

  /**
   * Exits with 0 and prints how often the heap ran out, or dies of what went wrong.
   *
   * @param arguments an {@link AbandonedScopes} and a {@link Closing}
   */
  public static void main(String[] arguments) {
    closing = Closing.valueOf(arguments[1]);
    ArenaControl.configure(
        DefaultConfiguration.DEFAULT.toBuilder()
            .abandonedScopes(AbandonedScopes.valueOf(arguments[0]))
            .overflow(OverflowStrategy.FALLBACK)
            .zeroOnReset(closing == Closing.ZEROING)
            .build());
    try {
      run();
    } finally {
      freeHeap(); // for whoever prints what was thrown
    }
  }

  private static void run() {
    // Initialises every class: an error inside an initialiser would poison it.
    attemptAndVerify(Step.OPEN, ALL_ROOM, 0);
    attemptAndVerify(Step.CLOSE, ALL_ROOM, 0);
    int first = failures(Step.OPEN, 0);
    int firstClosed = failures(Step.CLOSE, 0);
    try (ArenaScope outer = ArenaControl.openScope()) {
      MemorySegment kept = outer.uninitialized().allocate(KEPT_BYTES).fill(KEPT);
      int nested = failures(Step.OPEN, KEPT_BYTES);
      int nestedClosed = failures(Step.CLOSE, KEPT_BYTES);
      require(outer.availableBytes() == CAPACITY - KEPT_BYTES, "an outer scope as it was");
      for (int i = 0; i < KEPT_BYTES; i++) {
        require(kept.get(ValueLayout.JAVA_BYTE, i) == KEPT, "no live byte overwritten");
      }
      System.out.printf(
          "open %d nested %d close %d nested %d%n", first, nested, firstClosed, nestedClosed);
    }
    ArenaControl.resetArenas(); // throws if a mark were still counted as open
    require(ArenaControl.stats().heldFallbackBytes() == 0, "every chunk given back");
  }

  private static int failures(Step step, int usedBytes) {
    int failures = 0;
    int room = 0;
    do {
      attemptAndVerify(step, room, usedBytes);
      if (!isServed) {
        failures++;
      }
      room++;
    } while (!isServed && room < BLOCKS.length);
    require(isServed, "a scope once there is heap again");
    freeHeap();
    return failures;
  }

  /** Leaves the heap full but for {@code room} blocks. */
  private static void leave(int room) {
    if (room == ALL_ROOM) {
      return;
    }
    fillHeap();
    for (int i = 0; i < room; i++) {
      BLOCKS[i] = null;
    }
  }

  private static void attemptAndVerify(Step step, int room, int usedBytes) {
    isServed = false;
    ArenaScope scope = step == Step.OPEN ? openWith(room) : prepareToClose();
    if (step == Step.CLOSE) {
      closeWith(scope, room);
    }
    freeBlocks();
    if (scope != null && scope.scope().isAlive() && closing != Closing.FORGOTTEN) {
      scope.close();
    }
    try (ArenaScope next = ArenaControl.openScope()) {
      require(next.availableBytes() == CAPACITY - usedBytes, "all memory for the next scope");
      require(
          next.allocate(KEPT_BYTES).get(ValueLayout.JAVA_BYTE, KEPT_BYTES - 1) == 0,
          "cleared memory");
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // The caller closes it, if there is one.
  private static @Nullable ArenaScope openWith(int room) {
    ArenaScope scope = null;
    leave(room);
    try {
      scope = ArenaControl.openScope();
      scope.uninitialized().allocate(KEPT_BYTES, 8).fill(SCRATCH);
      isServed = true;
    } catch (OutOfMemoryError e) {
      // What this is for.
    }
    return scope;
  }

  @SuppressWarnings("MustBeClosedChecker") // The caller closes it.
  private static ArenaScope prepareToClose() {
    ArenaScope scope = ArenaControl.openScope();
    scope.uninitialized().allocate(KEPT_BYTES, 8).fill(SCRATCH);
    switch (closing) {
      case OVERFLOWING -> scope.uninitialized().allocate(CAPACITY, 8).fill(SCRATCH);
      case NEW_EPOCH -> ArenaControl.resetMetrics();
      case CLEANING_UP ->
          engram_mark.reinterpret(MemorySegment.NULL, scope, segment -> ACTION[0] = new Object());
      case PLAIN, ZEROING, FORGOTTEN -> {
        // Nothing more.
      }
    }
    return scope;
  }

  private static void closeWith(@Nullable ArenaScope scope, int room) {
    leave(room);
    try {
      if (scope != null && closing != Closing.FORGOTTEN) {
        scope.close();
      }
      isServed = true;
    } catch (OutOfMemoryError e) {
      // What this is for.
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
