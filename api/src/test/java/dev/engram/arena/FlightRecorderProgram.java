package dev.engram.arena;

import dev.engram.arena.kernels.CosineSimilarity;

/** Uses arenas in a JVM with a recording from its start, or without the recorder. */
final class FlightRecorderProgram {
  static final int SCOPES = 100;
  static final int OVERFLOWS = 7;

  private FlightRecorderProgram() {}

  public static void main(String[] args) {
    for (int i = 0; i < SCOPES; i++) {
      try (ArenaScope scope = ArenaControl.openScope()) {
        scope.allocate(i < OVERFLOWS ? 2 << 20 : 1000);
      } catch (ArenaOverflowException expected) {
        // Counted.
      }
    }
    CosineSimilarity.scores(new float[] {1, 2}, new float[][] {{1, 2}});
    System.out.printf(
        "recorder %b, scopes %d%n",
        ModuleLayer.boot().findModule("jdk.jfr").isPresent(), ArenaControl.stats().totalScopes());
  }
}
