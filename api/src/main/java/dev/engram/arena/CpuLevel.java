package dev.engram.arena;

import dev.engram.arena.ffi.engram_arena_h;
import java.util.Arrays;

/**
 * What the kernels are compiled for. The highest level that the processor and the operating system
 * can run is chosen when the library is loaded; {@link ArenaControl#cpuLevel()} says which one is
 * in force.
 *
 * <p>The system property {@code engram.kernels.level}, or else the environment variable {@code
 * ENGRAM_KERNELS_LEVEL}, forces a lower one: {@code v2}, {@code v3}, {@code v4} or {@code neon}, in
 * upper or lower case. It is for tests and comparisons: results of two levels differ within the
 * errors that each kernel states. A level that does not run here is refused, as is anything else.
 */
public enum CpuLevel {
  /** x86-64 with SSE4.2. */
  X86_64_V2("v2"),

  /** x86-64 with AVX2 and FMA. */
  X86_64_V3("v3"),

  /** x86-64 with AVX-512 F, BW, CD, DQ and VL. */
  X86_64_V4("v4"),

  /** 64-bit ARM. */
  NEON("neon");

  private final String word;

  CpuLevel(String word) {
    this.word = word;
  }

  /** How it is written in a setting. */
  String word() {
    return word;
  }

  /** The {@code engram_cpu_level} that stands for it. */
  int code() {
    return switch (this) {
      case X86_64_V2 -> engram_arena_h.ENGRAM_CPU_X86_64_V2();
      case X86_64_V3 -> engram_arena_h.ENGRAM_CPU_X86_64_V3();
      case X86_64_V4 -> engram_arena_h.ENGRAM_CPU_X86_64_V4();
      case NEON -> engram_arena_h.ENGRAM_CPU_NEON();
    };
  }

  /** The level that an {@code engram_cpu_level} stands for. */
  static CpuLevel of(int code) {
    return Arrays.stream(values())
        .filter(level -> level.code() == code)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("The library has an unknown CPU level, " + code));
  }
}
