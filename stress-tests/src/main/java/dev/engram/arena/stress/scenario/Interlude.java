package dev.engram.arena.stress.scenario;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/**
 * What happens while a scope is open, between the filling of its segments and their check. Tests
 * put something in its place that an invariant must find.
 */
interface Interlude {
  /** Goes on at once. */
  Interlude NONE = (random, newest) -> {};

  /**
   * Takes some time.
   *
   * @param random of the calling thread
   * @param newest the segment that was filled last
   */
  void run(RandomGenerator random, MemorySegment newest) throws Exception;
}
