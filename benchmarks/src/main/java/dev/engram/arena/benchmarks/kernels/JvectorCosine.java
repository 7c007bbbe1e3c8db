package dev.engram.arena.benchmarks.kernels;

import io.github.jbellis.jvector.vector.VectorUtil;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.util.List;
import java.util.stream.Stream;

/** jvector's, a call for each row, in vectors of the kind that its provider makes. */
final class JvectorCosine extends ScoresWork.RowByRow {
  private final VectorFloat<?> query;
  private final List<VectorFloat<?>> rows;

  JvectorCosine(CosineData data) {
    super(data);
    VectorTypeSupport types = VectorizationProvider.getInstance().getVectorTypeSupport();
    query = types.createFloatVector(data.query());
    rows = Stream.of(data.rows).<VectorFloat<?>>map(types::createFloatVector).toList();
  }

  @Override
  float score(int row) {
    return VectorUtil.cosine(query, rows.get(row));
  }
}
