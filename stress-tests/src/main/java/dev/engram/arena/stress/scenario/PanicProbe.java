package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.kernels.CosineSimilarity;
import java.util.Arrays;
import java.util.List;

/** Main class of the JVM that {@link OverflowUnderPanic} lets die. */
final class PanicProbe {
  /** What it prints if it goes on living. */
  static final String SURVIVED = "the call returned";

  private PanicProbe() {}

  static List<String> arguments(StressSettings settings) {
    return List.of(
        Long.toString(settings.arenas().poolSizeBytes()),
        Integer.toString(settings.dimensions()),
        Integer.toString(settings.candidates()));
  }

  public static void main(String[] args) {
    ArenaControl.configure(
        ArenaConfig.builder()
            .poolSizeBytes(Long.parseLong(args[0]))
            .overflow(OverflowStrategy.PANIC)
            .build());
    float[] vector = new float[Integer.parseInt(args[1])];
    float[][] candidates = new float[Integer.parseInt(args[2])][];
    Arrays.fill(candidates, vector);
    CosineSimilarity.scores(vector, candidates);
    System.out.println(SURVIVED);
  }
}
