package dev.engram.arena;

import dev.engram.arena.kernels.CosineSimilarity;
import dev.engram.arena.kernels.CsrGraph;
import dev.engram.arena.kernels.MemoryDecay;
import dev.engram.arena.kernels.SpreadOptions;
import dev.engram.arena.kernels.SpreadingActivation;
import dev.engram.arena.kernels.VectorMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

/** The workloads of {@code docs/operations.md}, by what they are called there. */
final class SizedWorkloads {
  /** Something that is done in an arena. */
  interface Workload {
    void run();

    /** Whether the bytes that are counted for it are what it takes, and not only at most that. */
    default boolean isExact() {
      return true;
    }
  }

  /** A workload whose bytes are a bound. */
  interface Bounded extends Workload {
    @Override
    default boolean isExact() {
      return false;
    }
  }

  private static final int NODES = 1_000_000;
  private static final int MEMORIES = 10_000;
  private static final int QUERIES = 24;
  private static final int START_NODES = 64;
  private static final int EDGES_OF_NODE = 10;

  static final Map<String, Workload> ALL =
      Map.ofEntries(
          workload(
              "768 floats × 100 candidates, in arrays or a VectorMatrix",
              () -> scoreArrays(768, 100)),
          workload(
              "768 floats × 100 candidates, copied into the scope", () -> scoreCopies(768, 100)),
          workload(
              "1536 floats × 2,000 candidates, in arrays or a VectorMatrix",
              () -> scoreArrays(1536, 2000)),
          workload(
              "1536 floats × 2,000 candidates, copied into the scope",
              () -> scoreCopies(1536, 2000)),
          workload(
              "10 best of 2,000 rows of 1536 floats in a VectorMatrix", () -> findBest(1536, 2000)),
          workload(
              "spreading over all of 1,000,000 nodes, activations in an array",
              SizedWorkloads::spreadArray),
          workload(
              "spreading over all of 1,000,000 nodes, activations in a native segment",
              SizedWorkloads::spreadSegment),
          Map.entry(
              "spreading twice from 64 nodes of 10 edges each",
              (Bounded) SizedWorkloads::spreadFromFew),
          workload("decay of 10,000 memories, copied into the scope", SizedWorkloads::decayCopies),
          workload("decay of 10,000 memories in arrays", SizedWorkloads::decayArrays),
          workload(
              "scores(float[], float[][]), also with a VectorMatrix", () -> scoreArrays(768, 5000)),
          workload("scores(segment, segment, segment)", () -> scoreSegments(768, 5000)),
          workload("topK(float[], VectorMatrix, k)", () -> findBest(768, 5000)),
          workload("scores(float[][], VectorMatrix)", SizedWorkloads::scoreQueryArrays),
          workload("scores(VectorMatrix, VectorMatrix, segment)", SizedWorkloads::scoreMatrices),
          workload("spread(CsrGraph, float[], …)", SizedWorkloads::spreadArray),
          workload("spread(CsrGraph, segment, …)", SizedWorkloads::spreadSegment),
          workload("CsrGraph.prepare()", () -> graphWithoutEdges().prepare().close()),
          workload("MemoryDecay.apply(…)", SizedWorkloads::decayArrays));

  private SizedWorkloads() {}

  private static Map.Entry<String, Workload> workload(String name, Workload workload) {
    return Map.entry(name, workload);
  }

  /** What a cell of a table says, without the marks of code. */
  static String text(String cell) {
    return cell.replace("`", "");
  }

  /** The most that a workload has in use in an arena of that size; nothing may overflow. */
  static long usedBytes(long poolSizeBytes, Workload workload)
      throws InterruptedException, ExecutionException {
    ArenaControl.configure(
        DefaultConfiguration.with(poolSizeBytes, OverflowStrategy.ERROR_RETURN, 0));
    ArenaControl.resetMetrics();
    FutureTask<Long> task =
        new FutureTask<>(() -> {
          workload.run();
          return ArenaControl.threadStats().map(ThreadArenaStats::highWaterMarkBytes).orElse(0L);
        });
    // A new thread has an arena that nothing was ever in.
    Thread.ofPlatform().start(task).join();
    return task.get();
  }

  private static void scoreArrays(int dimensions, int candidates) {
    float[][] rows = rows(dimensions, candidates);
    CosineSimilarity.scores(rows[0], rows);
    try (VectorMatrix matrix = VectorMatrix.copyOf(rows)) {
      CosineSimilarity.scores(rows[0], matrix);
    }
  }

  private static void scoreCopies(int dimensions, int candidates) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scoreSegments(scope.uninitialized(), dimensions, candidates);
    }
  }

  private static void scoreSegments(int dimensions, int candidates) {
    try (Arena arena = Arena.ofConfined()) {
      scoreSegments(arena, dimensions, candidates);
    }
  }

  private static void scoreSegments(SegmentAllocator memory, int dimensions, int candidates) {
    long rowBytes = (long) dimensions * Float.BYTES;
    MemorySegment query = memory.allocate(rowBytes, 64).fill((byte) 1);
    MemorySegment rows = memory.allocate(rowBytes * candidates, 64).fill((byte) 1);
    MemorySegment scores = memory.allocate((long) candidates * Float.BYTES, 64);
    CosineSimilarity.scores(query, rows, scores);
  }

  private static void findBest(int dimensions, int candidates) {
    float[][] rows = rows(dimensions, candidates);
    try (VectorMatrix matrix = VectorMatrix.copyOf(rows)) {
      CosineSimilarity.topK(rows[0], matrix, 10);
    }
  }

  private static void scoreQueryArrays() {
    try (VectorMatrix matrix = VectorMatrix.copyOf(rows(768, 5000))) {
      CosineSimilarity.scores(rows(768, QUERIES), matrix);
    }
  }

  private static void scoreMatrices() {
    try (VectorMatrix matrix = VectorMatrix.copyOf(rows(768, 5000));
        VectorMatrix queries = VectorMatrix.copyOf(rows(768, QUERIES));
        Arena arena = Arena.ofConfined()) {
      MemorySegment scores = arena.allocate(5000L * QUERIES * Float.BYTES, 64);
      CosineSimilarity.scores(queries, matrix, scores);
    }
  }

  private static float[][] rows(int dimensions, int count) {
    float[] row = new float[dimensions];
    Arrays.fill(row, 1);
    float[][] rows = new float[count][];
    Arrays.fill(rows, row);
    return rows;
  }

  private static CsrGraph graphWithoutEdges() {
    return CsrGraph.of(new long[NODES + 1], new int[0], new float[0]);
  }

  private static void spreadArray() {
    try (CsrGraph graph = graphWithoutEdges()) {
      SpreadingActivation.spread(graph, new float[NODES], 1);
    }
  }

  private static void spreadSegment() {
    try (CsrGraph graph = graphWithoutEdges();
        Arena arena = Arena.ofConfined()) {
      MemorySegment activations = arena.allocate((long) NODES * Float.BYTES, 64);
      SpreadingActivation.spread(graph, activations, 1, SpreadOptions.DEFAULT);
    }
  }

  /** Each edge leads to a node that none of the others leads to, as far as two hops go. */
  private static void spreadFromFew() {
    long[] offsets = new long[NODES + 1];
    Arrays.setAll(offsets, node -> (long) node * EDGES_OF_NODE);
    int[] targets = new int[NODES * EDGES_OF_NODE];
    Arrays.setAll(targets, edge -> (START_NODES + edge) % NODES);
    float[] weights = new float[targets.length];
    Arrays.fill(weights, 0.5f);
    float[] activations = new float[START_NODES];
    Arrays.fill(activations, 1);
    int[] nodes = IntStream.range(0, START_NODES).toArray();
    try (CsrGraph graph = CsrGraph.of(offsets, targets, weights)) {
      SpreadingActivation.spreadFrom(graph, nodes, activations, 2, SpreadOptions.DEFAULT);
    }
  }

  private static void decayCopies() {
    try (ArenaScope scope = ArenaControl.openScope()) {
      MemorySegment strengths = scope.allocate((long) MEMORIES * Float.BYTES, 64);
      MemorySegment ages = scope.allocate((long) MEMORIES * Long.BYTES, 64);
      MemoryDecay.apply(strengths, ages, 60);
    }
  }

  private static void decayArrays() {
    MemoryDecay.apply(new float[MEMORIES], new long[MEMORIES], 60);
  }
}
