package dev.engram.arena.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The same query and candidates in each form that {@link CosineSimilarity} takes. */
final class CosineForms {
  private CosineForms() {}

  /** The scores by the name of the form. */
  static Map<String, float[]> scores(float[] query, float[][] candidates) {
    Map<String, float[]> scores = new LinkedHashMap<>();
    scores.put("arrays", CosineSimilarity.scores(query, candidates));
    scores.put("one array", CosineSimilarity.scores(query, Vectors.flat(candidates)));
    for (int shift : new int[] {0, 4, 8, 60}) {
      scores.put("segments + " + shift, ofSegments(query, candidates, shift));
    }
    try (VectorMatrix matrix = VectorMatrix.copyOf(candidates)) {
      putMatrix(scores, query, matrix, "matrix");
      matrix.computeNorms();
      putMatrix(scores, query, matrix, "matrix with norms");
    }
    return scores;
  }

  private static void putMatrix(
      Map<String, float[]> scores, float[] query, VectorMatrix matrix, String name) {
    scores.put(name, CosineSimilarity.scores(query, matrix));
    scores.put("segment and " + name, ofSegmentAndMatrix(query, matrix));
    float[] other = Vectors.vector(query.length, 99, 1);
    float[][] queries = {other, query, other, other, query, other, query};
    float[][] ofMany = CosineSimilarity.scores(queries, matrix);
    scores.put("many queries and " + name, ofMany[1]);
    scores.put("the last of many queries and " + name, ofMany[6]);
    scores.put("two matrices, " + name, ofTwoMatrices(queries, matrix, 4));
    scores.put("found in " + name, inOrder(CosineSimilarity.topK(query, matrix, matrix.rows())));
  }

  /** Scores segments that start {@code shift} bytes behind a boundary of 64 bytes. */
  private static float[] ofSegments(float[] query, float[][] candidates, int shift) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment scores = arena.allocate(candidates.length * 4L + 4, 4).asSlice(4);
      CosineSimilarity.scores(
          Floats.copyOf(query, shift, arena),
          Floats.copyOf(Vectors.flat(candidates), shift, arena),
          scores);
      return scores.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static float[] ofSegmentAndMatrix(float[] query, VectorMatrix matrix) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment scores = arena.allocate(ValueLayout.JAVA_FLOAT, matrix.rows());
      CosineSimilarity.scores(Floats.copyOf(query, 4, arena), matrix, scores);
      return scores.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static float[] ofTwoMatrices(float[][] queries, VectorMatrix matrix, int query) {
    try (Arena arena = Arena.ofConfined();
        VectorMatrix staged = VectorMatrix.copyOf(queries)) {
      int rows = matrix.rows();
      MemorySegment scores = arena.allocate(ValueLayout.JAVA_FLOAT, (long) queries.length * rows);
      CosineSimilarity.scores(staged, matrix, scores);
      return scores.asSlice(4L * query * rows, 4L * rows).toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  /** The scores of all rows, in the order of the rows. */
  static float[] inOrder(List<Match> matches) {
    float[] scores = new float[matches.size()];
    for (Match match : matches) {
      scores[match.index()] = match.score();
    }
    return scores;
  }
}
