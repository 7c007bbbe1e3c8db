package dev.engram.arena.kernels;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes calls of one kind after the other, each kind for a while and all of them several times,
 * while another thread makes garbage, which is collected at safepoints. Prints for each of these
 * phases when it began and ended, by {@link System#nanoTime()}, and what was called.
 */
final class SafepointProgram {
  static final String CONTROL = "plain Java";

  private static final int ROUNDS = 7;
  private static final int ROUNDS_FOR_COMPILER = 2;
  private static final long PHASE_NANOS = 100_000_000;
  private static final long PAUSE_MILLIS = 2;

  private static final int ROWS = 10_000;
  private static final int ROWS_OF_OTHERS = 2000;
  private static final int DIMENSIONS = 768;
  private static final int LONG_DIMENSIONS = 30_000;
  private static final int STRENGTHS = 4_000_000;
  private static final int NODES = 1_000_000;
  private static final int EDGES = 2_000_000;

  private static volatile Object sink = "";

  private SafepointProgram() {}

  public static void main(String[] arguments) {
    ArenaControl.configure(ArenaConfig.builder().poolSize("64m").build());
    Map<String, Runnable> calls = calls();
    Thread.ofPlatform().daemon().start(SafepointProgram::makeGarbage);
    List<String> phases = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      calls.forEach((name, call) -> {
        long begin = System.nanoTime();
        do {
          call.run();
        } while (System.nanoTime() - begin < PHASE_NANOS);
        phases.add("%d %d %s".formatted(begin, System.nanoTime(), name));
      });
    }
    phases.subList(0, ROUNDS_FOR_COMPILER * calls.size()).clear();
    phases.forEach(System.out::println);
  }

  private static void makeGarbage() {
    while (true) {
      // More than the young generation has.
      for (int i = 0; i < 64; i++) {
        sink = new byte[64 << 10];
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static Map<String, Runnable> calls() {
    Map<String, Runnable> calls = new LinkedHashMap<>();
    putVectors(calls);
    putDecay(calls);
    putGraphs(calls);
    return calls;
  }

  private static void putVectors(Map<String, Runnable> calls) {
    float[] query = Vectors.vector(DIMENSIONS, 1, 1);
    float[] flat = Vectors.vector(ROWS * DIMENSIONS, 2, 1);
    float[][] rows = rowsOf(flat, DIMENSIONS);
    float[][] queries = Arrays.copyOf(rows, 24);
    VectorMatrix matrix = VectorMatrix.copyOf(rows);
    calls.put(CONTROL, () -> sink = sum(rows));
    calls.put("scores of arrays", () -> sink = CosineSimilarity.scores(query, rows));
    calls.put("scores of one array", () -> sink = CosineSimilarity.scores(query, flat));
    // Without a bound, a part of these would be one call of milliseconds.
    float[] longQuery = Vectors.vector(LONG_DIMENSIONS, 1, 1);
    float[][] longRows = rowsOf(flat, LONG_DIMENSIONS);
    calls.put("scores of long arrays", () -> sink = CosineSimilarity.scores(longQuery, longRows));
    calls.put("scores of one long array", () -> sink = CosineSimilarity.scores(longQuery, flat));
    float[] huge = Vectors.vector(ROWS_OF_OTHERS * DIMENSIONS, 3, 1e20f);
    float[] tiny = Vectors.vector(ROWS_OF_OTHERS * DIMENSIONS, 3, 1e-40f);
    calls.put("scores that need doubles", () -> sink = CosineSimilarity.scores(query, huge));
    calls.put("scores of denormals", () -> sink = CosineSimilarity.scores(query, tiny));
    calls.put("top k of arrays", () -> sink = CosineSimilarity.topK(query, rows, 10));
    calls.put("many found of one array", () -> sink = CosineSimilarity.topK(query, flat, ROWS));
    calls.put("many queries", () -> sink = CosineSimilarity.scores(queries, matrix));
    calls.put("a matrix of arrays", () -> sink = VectorMatrix.copyOf(rows));
    calls.put("a matrix of one array", () -> sink = VectorMatrix.copyOf(flat, DIMENSIONS));
  }

  private static float[][] rowsOf(float[] flat, int dimensions) {
    float[][] rows = new float[flat.length / dimensions][];
    Arrays.setAll(rows, row -> Arrays.copyOfRange(flat, row * dimensions, (row + 1) * dimensions));
    return rows;
  }

  /** Reads as much as the kernels do, with a safepoint let in at each row. */
  private static double sum(float[][] rows) {
    double sum = 0;
    int row = 0;
    while (row < rows.length) {
      for (float element : rows[row]) {
        sum += element;
      }
      row += Math.min(1, rows.length - row);
    }
    return sum;
  }

  private static void putDecay(Map<String, Runnable> calls) {
    float[] strengths = Vectors.vector(STRENGTHS, 3, 1);
    long[] ages = new long[STRENGTHS];
    Arrays.setAll(ages, i -> i);
    calls.put("decay", () -> MemoryDecay.apply(strengths, ages, 1e12));
  }

  private static void putGraphs(Map<String, Runnable> calls) {
    RandomGraph arrays = RandomGraph.of(NODES, EDGES / NODES, 0, 4);
    float[] activations = arrays.activations(0, 5);
    int[] nodes = new int[NODES / 4];
    Arrays.setAll(nodes, i -> 4 * i);
    float[] given = Arrays.copyOf(activations, nodes.length);
    CsrGraph graph = arrays.copy();
    CsrGraph.Builder builder = CsrGraph.builder(NODES);
    for (int edge = 0; edge < EDGES; edge++) {
      builder.addEdge((int) (edge * 7919L % NODES), edge % NODES, 0.5f);
    }
    calls.put("spreading", () -> SpreadingActivation.spread(graph, activations, 1));
    calls.put(
        "spreading from many nodes",
        () -> sink = SpreadingActivation.spreadFrom(graph, nodes, given, 1, SpreadOptions.DEFAULT));
    calls.put("a graph of arrays", () -> sink = arrays.copy());
    calls.put("a graph of edges", () -> sink = builder.build());
  }
}
