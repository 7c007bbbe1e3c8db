package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import java.util.Arrays;

/** Main class of the JVMs of {@link PanicPlacesTest}. */
final class PanicPlacesProbe {
  static final int POOL_SIZE = 1 << 20;
  static final int REQUESTED = 4_000_000;
  static final int IN_USE = 4_096;

  /** Where the request is made that does not fit. */
  enum Place {
    SCOPE,
    NESTED_SCOPE,
    KERNEL,
    VIRTUAL_THREAD
  }

  private PanicPlacesProbe() {}

  public static void main(String[] args) throws InterruptedException {
    OverflowStrategy strategy = OverflowStrategy.valueOf(args[1]);
    ArenaControl.configure(
        ArenaConfig.builder().poolSizeBytes(POOL_SIZE).overflow(strategy).build());
    switch (Place.valueOf(args[0])) {
      case SCOPE -> culprit();
      case NESTED_SCOPE -> culpritInside();
      case KERNEL -> culpritKernel();
      case VIRTUAL_THREAD -> Thread.ofVirtual().start(PanicPlacesProbe::culprit).join();
    }
    System.out.println(PanicProbe.SURVIVED);
  }

  private static void culprit() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(IN_USE);
      scope.allocate(REQUESTED);
    }
  }

  private static void culpritInside() {
    try (ArenaScope outer = ArenaControl.openScope()) {
      outer.allocate(IN_USE);
      try (ArenaScope inner = ArenaControl.openScope()) {
        inner.allocate(REQUESTED);
      }
    }
  }

  private static void culpritKernel() {
    float[] vector = new float[REQUESTED / Float.BYTES];
    float[][] candidates = new float[2][];
    Arrays.fill(candidates, vector);
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(IN_USE);
      CosineSimilarity.scores(vector, candidates);
    }
  }
}
