package dev.engram.arena.stress.vectors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** The rows of a file, chosen at random, with repetition. */
public final class FileVectors implements VectorSource {
  private final float[][] rows;

  private FileVectors(float[][] rows) {
    this.rows = rows;
  }

  /**
   * Reads the rows.
   *
   * @param file a two-dimensional array of float32 in NumPy's .npy format
   * @return a source of its rows
   * @throws IOException if it cannot be read or is not such a file; the message says which file and
   *     why
   */
  public static FileVectors read(Path file) throws IOException {
    return new FileVectors(NpyFile.readRows(file));
  }

  @Override
  public int dimensions() {
    return rows[0].length;
  }

  @Override
  public DataSet dataSet(RandomGenerator random, int queries, int candidates) {
    return DataSet.of(sample(random, queries), sample(random, candidates));
  }

  @Override
  public long heapBytesPerVector() {
    return 0;
  }

  private float[][] sample(RandomGenerator random, int count) {
    float[][] sample = new float[count][];
    for (int i = 0; i < count; i++) {
      sample[i] = rows[random.nextInt(rows.length)];
    }
    return sample;
  }
}
