package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a run is to do.
 *
 * @param threads threads that work at the same time
 * @param iterations operations of each thread, unless there is a duration
 * @param duration how long each thread goes on, or null to count iterations
 * @param dimensions elements of each vector
 * @param candidates candidates of each operation
 * @param arenas settings of the arenas
 * @param seed decides all vectors
 * @param vectorFile where the vectors come from, or null if they are generated
 */
public record StressSettings(
    int threads,
    long iterations,
    @Nullable Duration duration,
    int dimensions,
    int candidates,
    ArenaConfig arenas,
    long seed,
    @Nullable Path vectorFile) {

  /** The same vectors, compared once, by one thread, in other arenas. */
  StressSettings once(ArenaConfig otherArenas) {
    return with(1, otherArenas).times(1);
  }

  /** The same with another number of threads and in other arenas. */
  StressSettings with(int otherThreads, ArenaConfig otherArenas) {
    return new StressSettings(
        otherThreads, iterations, duration, dimensions, candidates, otherArenas, seed, vectorFile);
  }

  /** The same for a fixed number of operations of each thread. */
  StressSettings times(long otherIterations) {
    return new StressSettings(
        threads, otherIterations, null, dimensions, candidates, arenas, seed, vectorFile);
  }
}
