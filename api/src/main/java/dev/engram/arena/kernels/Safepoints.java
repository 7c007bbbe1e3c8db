package dev.engram.arena.kernels;

import dev.engram.arena.ffi.engram_arena_h;

/** Lets the JVM in between critical calls. */
final class Safepoints {
  private Safepoints() {}

  /**
   * Waits for a safepoint that others want. The compiler takes a critical call for one that lets
   * safepoints in, and so leaves them out of a loop around it whose turns it can count: such a loop
   * is one long hold. An ordinary call, whatever it does, lets them in.
   */
  static void letIn() {
    engram_arena_h.engram_abi_version();
  }
}
