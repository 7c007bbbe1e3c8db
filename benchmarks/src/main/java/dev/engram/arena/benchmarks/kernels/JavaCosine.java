package dev.engram.arena.benchmarks.kernels;

/** What one writes in Java without further thought. Compilers keep the order of float sums. */
final class JavaCosine extends ScoresWork.RowByRow {
  private double queryNorm;

  JavaCosine(CosineData data) {
    super(data);
  }

  @Override
  void beginQuery() {
    float sum = 0;
    for (float element : data.query()) {
      sum += element * element;
    }
    queryNorm = sum;
  }

  @Override
  float score(int index) {
    float[] query = data.query();
    float[] row = data.rows[index];
    float dot = 0;
    float norm = 0;
    for (int i = 0; i < query.length; i++) {
      dot += query[i] * row[i];
      norm += row[i] * row[i];
    }
    return (float) (dot / Math.sqrt(queryNorm * norm));
  }
}
