package dev.engram.arena.benchmarks.kernels;

/** Something to be measured, ready to run on its data. */
interface Work {
  /**
   * Does it.
   *
   * @return something of the result, so that no compiler can do without the work
   */
  Object run();

  /**
   * Does it once and compares the result with a reference.
   *
   * @throws WrongResultException if they differ by more than the work's bound
   */
  void check();
}
