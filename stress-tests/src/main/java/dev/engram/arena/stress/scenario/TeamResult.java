package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import java.time.Duration;
import java.util.List;

/**
 * What the workers of a {@link WorkerTeam} did.
 *
 * @param operationsByWorker operations that each worker completed
 * @param elapsed from the common start until the last worker was done
 * @param cutShort whether somebody asked the team to stop before its time
 * @param failures what stopped a worker before its time, one line each
 * @param atWork stats after the last operation, with all workers still alive
 * @param peak of the stats that were taken now and then, those with the most address space
 */
record TeamResult(
    List<Long> operationsByWorker,
    Duration elapsed,
    boolean cutShort,
    List<String> failures,
    ArenaStats atWork,
    ArenaStats peak) {

  long operations() {
    return operationsByWorker.stream().mapToLong(Long::longValue).sum();
  }
}
