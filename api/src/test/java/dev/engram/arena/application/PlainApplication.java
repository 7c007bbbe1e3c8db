package dev.engram.arena.application;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.kernels.CosineSimilarity;

/**
 * A program that monitors nothing. In a package of its own: beside the library's module, this is on
 * the class path.
 */
public final class PlainApplication {
  private PlainApplication() {}

  public static void main(String[] args) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(1000);
    }
    CosineSimilarity.scores(new float[] {1, 2}, new float[][] {{1, 2}});
    long resets = ArenaControl.stats().totalResets();
    ArenaControl.resetMetrics();
    System.out.printf(
        "named module %b, Micrometer %b, resets %d, then %d%n",
        ArenaControl.class.getModule().isNamed(),
        isThere("io.micrometer.core.instrument.MeterRegistry"),
        resets,
        ArenaControl.stats().totalResets());
  }

  private static boolean isThere(String className) {
    try {
      Class.forName(className);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
