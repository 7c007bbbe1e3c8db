package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaStats;
import java.util.function.UnaryOperator;

/**
 * A kernel's calls, and what they take of an arena beside what is staged for them. It is the same
 * every time, if the arena has room enough.
 *
 * @param calls the calls
 * @param scopes scopes that the kernel opens for itself
 * @param allocatedBytes bytes that it gives back
 */
record KernelFootprint(KernelCalls calls, long scopes, long allocatedBytes) {

  /** Makes the calls once, while no other thread uses an arena. */
  static KernelFootprint measure(KernelCalls calls) {
    WorkTally own = new WorkTally();
    ArenaStats before = ArenaControl.stats();
    try (ArenaScope scope = ArenaControl.openScope()) {
      own.scopes++;
      // A result that is wrong here is wrong in the run, too, which tells of it.
      calls.run(new KernelScope(scope, own, new ResultTally(), UnaryOperator.identity()));
    }
    ArenaStats taken = ArenaControl.stats().since(before);
    return new KernelFootprint(
        calls, taken.totalScopes() - own.scopes, taken.totalAllocatedBytes() - own.allocatedBytes);
  }

  /** Makes the calls, and counts what they take and what they do not give back. */
  void run(KernelScope scope, WorkTally tally) {
    long staged = tally.allocatedBytes;
    long available = scope.availableBytes();
    calls.run(scope);
    staged = tally.allocatedBytes - staged;
    tally.keptBytes += Math.abs(available - staged - scope.availableBytes());
    tally.scopes += scopes;
    tally.allocatedBytes += allocatedBytes;
  }
}
