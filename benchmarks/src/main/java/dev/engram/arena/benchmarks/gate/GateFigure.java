package dev.engram.arena.benchmarks.gate;

import dev.engram.arena.benchmarks.alloc.Variant;
import dev.engram.arena.benchmarks.kernels.CosineCase;
import dev.engram.arena.benchmarks.kernels.DecayCase;
import dev.engram.arena.benchmarks.kernels.SpreadCase;
import dev.engram.arena.benchmarks.measure.BenchmarkCase;
import java.util.Locale;

/**
 * What the gate watches: work of this library, and a peer that waits for the same part of the
 * machine, so that what changes in the machine changes both. The names are those in the baselines'
 * file.
 *
 * <p>There are as many as a minute has room for. Left out is also what differs too much from one
 * JVM to the next, or with what others do to the memory that all share: a scope of one segment,
 * rows that fit no cache, spreading from a few nodes.
 */
public enum GateFigure {
  /** Rows in a matrix, beside reading as much. */
  COSINE,
  /** An array for each row. */
  COSINE_ARRAYS,
  /** Many queries, whose time is arithmetic, beside one query. */
  COSINE_QUERIES,
  /** Exponentials. */
  DECAY,
  /** A graph as it comes. */
  SPREAD,
  /** A graph that was prepared. */
  SPREAD_PREPARED,
  /** Segments that are made. */
  SCOPE,
  /** Segments that the compiler does without. */
  SCOPE_LOCAL;

  private static final int SEGMENTS = 10;

  /** What is watched. */
  BenchmarkCase ours() {
    return switch (this) {
      case COSINE -> CosineCase.NATIVE;
      case COSINE_ARRAYS -> CosineCase.ARRAY_ROWS;
      case COSINE_QUERIES -> CosineCase.QUERIES;
      case DECAY -> DecayCase.ARRAYS;
      case SPREAD -> SpreadCase.PLAIN;
      case SPREAD_PREPARED -> SpreadCase.PREPARED;
      case SCOPE -> Variant.SCOPE;
      case SCOPE_LOCAL -> Variant.SCOPE_LOCAL;
    };
  }

  /** What it is compared with. */
  BenchmarkCase peer() {
    return switch (this) {
      case COSINE, COSINE_ARRAYS -> CosineCase.READ_LIMIT;
      case COSINE_QUERIES -> CosineCase.VECTOR_API;
      case DECAY -> DecayCase.VECTOR_API;
      case SPREAD, SPREAD_PREPARED -> SpreadCase.JAVA_PUSH;
      case SCOPE -> Variant.BUMP;
      case SCOPE_LOCAL -> Variant.BUMP_LOCAL;
    };
  }

  /** Of both. */
  int size() {
    return switch (this) {
      case COSINE, COSINE_ARRAYS, COSINE_QUERIES -> CosineCase.Sizes.FEW_ROWS;
      case DECAY -> DecayCase.MEMORIES;
      case SPREAD, SPREAD_PREPARED -> SpreadCase.Sizes.FEW_NODES;
      case SCOPE, SCOPE_LOCAL -> SEGMENTS;
    };
  }

  private String unit() {
    return switch (this) {
      case COSINE, COSINE_ARRAYS, COSINE_QUERIES -> "rows";
      case DECAY -> "memories";
      case SPREAD, SPREAD_PREPARED -> "nodes";
      case SCOPE, SCOPE_LOCAL -> "segments";
    };
  }

  /** What a reader knows it by. */
  String title() {
    return String.format(Locale.ROOT, "%s, %,d %s", ours().title(), size(), unit());
  }
}
