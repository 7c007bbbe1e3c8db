/*
 * Repeats calls in native code, so that no figure contains a call from Python, and has the peers that are C. All on
 * one thread, and on 64-byte aligned data. Compiled with -ffast-math, without which the C library's vector mathematics
 * is not declared.
 */
#include <math.h>
#include <stddef.h>

typedef unsigned long long u64;

typedef unsigned similarity(void *arena, const float *query, double query_norm, const float *rows, u64 dimensions,
                            u64 count, u64 stride, const double *norms, float *scores);

/* engram_vector_similarity. Returns the last status that is not 0, or 0. */
unsigned repeat_similarity(long times, similarity *function, void *arena, const float *query, double query_norm,
                           const float *rows, u64 dimensions, u64 count, float *scores) {
  unsigned failed = 0;
  while (times-- > 0) {
    unsigned status = function(arena, query, query_norm, rows, dimensions, count, dimensions, NULL, scores);
    if (status != 0) failed = status;
  }
  return failed;
}

typedef void distance(const float *a, const float *b, u64 dimensions, double *result);

/* A kernel of SimSIMD or NumKong, a call for each row. */
void repeat_distance(long times, distance *function, const float *query, const float *rows, u64 dimensions, u64 count,
                     float *scores) {
  while (times-- > 0) {
    for (u64 row = 0; row < count; row++) {
      double result;
      function(query, rows + row * dimensions, dimensions, &result);
      scores[row] = (float)(1 - result);
    }
  }
}

/* A vector as wide as the compiler's options allow; split in narrower ones where that is less. */
typedef float lanes __attribute__((vector_size(64)));

/* The plain sum of `count` floats, a multiple of 128: how fast they can be read at all. */
float repeat_sum(long times, const float *floats, u64 count) {
  float total = 0;
  while (times-- > 0) {
    lanes sums[8] = {0};
    const lanes *vectors = (const lanes *)floats;
    for (u64 i = 0; i < count / 16; i += 8) {
      for (int k = 0; k < 8; k++) sums[k] += vectors[i + k];
    }
    lanes sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    for (int lane = 0; lane < 16; lane++) total += sum[lane];
    /* Another pass is another sum, for all that the compiler knows. */
    __asm__ volatile("" : : "r"(floats) : "memory");
  }
  return total;
}

typedef unsigned decay(float *strengths, const u64 *ages_seconds, u64 count, double time_constant_seconds);

/* engram_memory_decay. Returns the last status that is not 0, or 0. */
unsigned repeat_decay(long times, decay *function, float *strengths, const u64 *ages_seconds, u64 count,
                      double time_constant_seconds) {
  unsigned failed = 0;
  while (times-- > 0) {
    unsigned status = function(strengths, ages_seconds, count, time_constant_seconds);
    if (status != 0) failed = status;
  }
  return failed;
}

/* The same by the vector mathematics of the C library, which the compiler calls where it may be inexact. */
__attribute__((noinline)) static void fade(float *restrict strengths, const u64 *restrict ages_seconds, u64 count,
                                           float factor) {
  for (u64 i = 0; i < count; i++) strengths[i] *= expf((float)(long long)ages_seconds[i] * factor);
}

void repeat_libmvec_decay(long times, float *strengths, const u64 *ages_seconds, u64 count,
                          double time_constant_seconds) {
  while (times-- > 0) fade(strengths, ages_seconds, count, (float)(-1 / time_constant_seconds));
}
