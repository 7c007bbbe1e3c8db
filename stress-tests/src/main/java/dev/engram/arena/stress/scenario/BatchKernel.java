package dev.engram.arena.stress.scenario;

import dev.engram.arena.kernels.CosineSimilarity;

/** The kernel that a scenario puts under load. Tests put one that is wrong in its place. */
interface BatchKernel {
  /** The batch cosine similarity of the library. */
  BatchKernel COSINE_SIMILARITY = CosineSimilarity::scores;

  /** One score for each candidate. */
  float[] scores(float[] query, float[][] candidates);
}
