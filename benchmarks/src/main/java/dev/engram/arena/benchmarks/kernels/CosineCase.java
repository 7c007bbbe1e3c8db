package dev.engram.arena.benchmarks.kernels;

import java.util.ArrayList;
import java.util.List;

/** Who computes cosine similarities of 768 dimensions, and how. Sizes are numbers of rows. */
public enum CosineCase implements KernelCase {
  /** This library, rows, query and scores native. */
  NATIVE("matrix"),
  /** The same with the rows' norms computed beforehand. */
  NORMS_ONCE("matrix with norms"),
  /** The same at a CPU level. */
  NATIVE_V4("matrix, x86-64-v4 forced", "v4"),
  /** The same at a CPU level. */
  NATIVE_V3("matrix, x86-64-v3 forced", "v3"),
  /** The same at a CPU level. */
  NATIVE_V2("matrix, x86-64-v2 forced", "v2"),
  /** This library, rows native, query and scores arrays. */
  ARRAY_QUERY("matrix, float[] query"),
  /** This library, arrays only. */
  FLAT_ROWS("float[]"),
  /** This library, an array for each row. */
  ARRAY_ROWS("float[][]"),
  /** This library, the best ten. */
  TOP_10("matrix, top 10"),
  /** This library, 24 queries in one call. */
  QUERIES("matrix, 24 queries at once"),
  /** This library, 24 queries in 24 calls. */
  QUERIES_SINGLY("matrix, 24 queries one by one"),
  /** The native function without this library's Java. */
  DOWNCALL("bare downcall"),
  /** Calling native code. */
  EMPTY_DOWNCALL("empty downcall"),
  /** Plain Java. */
  JAVA("Java loop, float[][]"),
  /** The Java Vector API over native memory. */
  VECTOR_API("Java Vector API, native"),
  /** The Java Vector API over arrays. */
  VECTOR_API_HEAP("Java Vector API, float[][]"),
  /** Lucene. */
  LUCENE("Lucene, float[][]"),
  /** jvector. */
  JVECTOR("jvector, its own vectors"),
  /** What reading takes. */
  READ_LIMIT("plain sum of the rows");

  private final String title;
  private final String forcedLevel;

  CosineCase(String title) {
    this(title, "");
  }

  CosineCase(String title, String forcedLevel) {
    this.title = title;
    this.forcedLevel = forcedLevel;
  }

  /** Numbers of rows. */
  public static final class Sizes {
    /** One row, where what a call costs by itself shows. */
    public static final int CALL = 1;

    /** A few rows, which stay in the core's second-level cache. */
    public static final int FEW_ROWS = 100;

    /** Many rows. */
    public static final int MANY_ROWS = 10_000;

    /** All of them. */
    public static final List<Integer> ALL = List.of(CALL, FEW_ROWS, MANY_ROWS);

    private Sizes() {}
  }

  @Override
  public Work prepare(int size) {
    CosineData data = new CosineData(size);
    return switch (this) {
      case NATIVE, NATIVE_V4, NATIVE_V3, NATIVE_V2 -> new EngramCosine.InPlace(data, false);
      case NORMS_ONCE -> new EngramCosine.InPlace(data, true);
      case ARRAY_QUERY -> new EngramCosine.ArrayQuery(data);
      case FLAT_ROWS -> new EngramCosine.FlatRows(data);
      case ARRAY_ROWS -> new EngramCosine.ArrayRows(data);
      case TOP_10 -> new EngramTopK(data);
      case QUERIES -> new EngramQueries.AtOnce(data);
      case QUERIES_SINGLY -> new EngramQueries.OneByOne(data);
      case DOWNCALL -> new BareDowncall(data);
      case EMPTY_DOWNCALL -> new BareDowncall.Empty();
      case JAVA -> new JavaCosine(data);
      case VECTOR_API -> new VectorApiCosine.Native(data);
      case VECTOR_API_HEAP -> new VectorApiCosine.Heap(data);
      case LUCENE -> new LuceneCosine(data);
      case JVECTOR -> new JvectorCosine(data);
      case READ_LIMIT -> new ReadLimit(data);
    };
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public List<Integer> sizes() {
    return switch (this) {
      case NATIVE, DOWNCALL -> Sizes.ALL;
      case EMPTY_DOWNCALL -> List.of(Sizes.CALL);
      case QUERIES, QUERIES_SINGLY -> List.of(Sizes.MANY_ROWS);
      default -> List.of(Sizes.FEW_ROWS, Sizes.MANY_ROWS);
    };
  }

  @Override
  public List<String> jvmArguments() {
    List<String> arguments = new ArrayList<>(KernelJvm.OPTIONS);
    arguments.addAll(Engram.forcing(forcedLevel));
    return arguments;
  }

  @Override
  public boolean canRunHere() {
    return Engram.canForce(forcedLevel);
  }
}
