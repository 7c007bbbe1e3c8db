package dev.engram.arena.benchmarks.kernels;

import org.apache.lucene.util.VectorUtil;

/** Lucene's, a call for each row. It takes the query's norm again each time. */
final class LuceneCosine extends ScoresWork.RowByRow {
  LuceneCosine(CosineData data) {
    super(data);
    PeerVersions.requireVectorisedLucene();
  }

  @Override
  float score(int row) {
    return VectorUtil.cosine(data.query(), data.rows[row]);
  }
}
