package dev.engram.arena.benchmarks.alloc;

import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is measured, and how its segments are used. */
public enum Variant implements BenchmarkCase {
  /** This library, segments not cleared and escaping. */
  SCOPE("scope, escaping", ScopeBenchmark.class, "uninitialized"),
  /** The same, segments not escaping. */
  SCOPE_LOCAL("scope, not escaping", ScopeBenchmark.class, "uninitializedLocal"),
  /** The same, segments cleared and escaping. */
  SCOPE_ZEROED("scope, zeroed, escaping", ScopeBenchmark.class, "zeroed"),
  /** The same, segments cleared and not escaping. */
  SCOPE_ZEROED_LOCAL("scope, zeroed, not escaping", ScopeBenchmark.class, "zeroedLocal"),
  /** {@link #SCOPE} on a virtual thread. */
  SCOPE_VIRTUAL(
      "scope, escaping, virtual thread",
      ScopeBenchmark.class,
      "uninitialized",
      "-Djmh.executor=VIRTUAL"),
  /**
   * {@link #SCOPE_LOCAL} without metrics. Since abandoned scopes are sampled by the count of
   * scopes, nearly none are.
   */
  SCOPE_LOCAL_UNCOUNTED(
      "scope, not escaping, metrics off",
      ScopeBenchmark.class,
      "uninitializedLocal",
      "-Dengram.arena.metrics_for_measurement=off"),
  /** {@link #SCOPE_LOCAL} where there is no flight recorder. */
  SCOPE_LOCAL_WITHOUT_RECORDER(
      "scope, not escaping, without jdk.jfr",
      ScopeBenchmark.class,
      "uninitializedLocal",
      "--limit-modules=java.se,jdk.management,jdk.unsupported"),
  /** {@link #SCOPE_LOCAL} in a flight recording of all but scopes. */
  SCOPE_LOCAL_IN_RECORDING(
      "scope, not escaping, in a recording",
      ScopeBenchmark.class,
      "uninitializedLocal",
      recording("Statistics")),
  /** {@link #SCOPE_LOCAL} in a flight recording that has each scope. */
  SCOPE_LOCAL_RECORDED(
      "scope, not escaping, recorded",
      ScopeBenchmark.class,
      "uninitializedLocal",
      recording("Scope")),
  /** A hand-written bump allocator, segments escaping. */
  BUMP("hand-written bump, escaping", BumpBenchmark.class, "bump"),
  /** The same, segments not escaping. */
  BUMP_LOCAL("hand-written bump, not escaping", BumpBenchmark.class, "bumpLocal"),
  /** The JDK's slicing allocator over a segment that is used again and again. */
  SLICING("slicing allocator, reused segment", JdkBenchmark.class, "slicing"),
  /** The JDK's confined arena, segments escaping. */
  CONFINED("Arena.ofConfined, escaping", JdkBenchmark.class, "confined"),
  /** The same, segments not escaping. */
  CONFINED_LOCAL("Arena.ofConfined, not escaping", JdkBenchmark.class, "confinedLocal"),
  /** The JDK's shared arena. */
  SHARED("Arena.ofShared", JdkBenchmark.class, "shared"),
  /** Netty's pooled allocator. */
  NETTY_POOLED("Netty, pooled", NettyBenchmark.class, "pooled"),
  /** Netty's adaptive allocator. */
  NETTY_ADAPTIVE("Netty, adaptive", NettyBenchmark.class, "adaptive"),
  /** The C library. */
  MALLOC("malloc, critical downcall", MallocBenchmark.class, "malloc"),
  /** mimalloc. */
  MIMALLOC("mimalloc, critical downcall", MimallocBenchmark.class, "mimalloc");

  /** Numbers of segments that an operation takes. */
  public static final List<Integer> SEGMENTS = List.of(1, 10, 100);

  /** {@link #SCOPE_LOCAL} in various states of the flight recorder. */
  public static final List<Variant> OF_RECORDER =
      List.of(SCOPE_LOCAL_WITHOUT_RECORDER, SCOPE_LOCAL_IN_RECORDING, SCOPE_LOCAL_RECORDED);

  private final String title;
  private final Class<? extends SegmentsBenchmark> benchmark;
  private final String method;
  private final @Nullable String jvmArgument;

  Variant(String title, Class<? extends SegmentsBenchmark> benchmark, String method) {
    this(title, benchmark, method, null);
  }

  Variant(
      String title,
      Class<? extends SegmentsBenchmark> benchmark,
      String method,
      @Nullable String jvmArgument) {
    this.title = title;
    this.benchmark = benchmark;
    this.method = method;
    this.jvmArgument = jvmArgument;
  }

  /** The option for a recording of one event of this library, and of no other. */
  private static String recording(String event) {
    return "-XX:StartFlightRecording:settings=none,+dev.engram.arena." + event + "#enabled=true";
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public String benchmarkName() {
    return benchmark.getName() + "." + method;
  }

  @Override
  public List<Integer> sizes() {
    return SEGMENTS;
  }

  @Override
  public Map<String, String> parameters(int size) {
    return Map.of("segments", Integer.toString(size));
  }

  @Override
  public List<String> jvmArguments() {
    return jvmArgument == null ? List.of() : List.of(jvmArgument);
  }

  @Override
  public boolean canRunHere() {
    return this != MIMALLOC || MimallocLibrary.isPresent();
  }
}
