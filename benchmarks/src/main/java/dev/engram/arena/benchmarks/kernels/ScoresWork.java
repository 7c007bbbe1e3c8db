package dev.engram.arena.benchmarks.kernels;

/** Work that scores one query. */
abstract class ScoresWork implements Work {
  final CosineData data;

  ScoresWork(CosineData data) {
    this.data = data;
  }

  /** What the last run wrote. */
  abstract float[] scores();

  @Override
  public final void check() {
    run();
    data.requireScores(0, scores());
  }

  /** Work that scores a row at a time. */
  abstract static class RowByRow extends ScoresWork {
    private final float[] scores;

    RowByRow(CosineData data) {
      super(data);
      scores = new float[data.rows.length];
    }

    /** Called before the rows, once for each run. */
    void beginQuery() {}

    abstract float score(int row);

    @Override
    public Object run() {
      beginQuery();
      float[] target = scores;
      for (int row = 0; row < target.length; row++) {
        target[row] = score(row);
      }
      return target;
    }

    @Override
    final float[] scores() {
      return scores;
    }
  }
}
