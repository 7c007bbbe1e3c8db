package dev.engram.arena;

import dev.engram.arena.internal.ScopeAccess;
import java.lang.foreign.MemorySegment;

/** What kernels may see of a scope's arena. */
final class KernelAccess implements ScopeAccess.Access {
  @Override
  public MemorySegment header(ArenaScope scope) {
    return scope.usableArena().calls.header();
  }

  @Override
  public MemorySegment failure(ArenaScope scope) {
    return scope.usableArena().calls.failureOfKernel();
  }

  @Override
  public void kernelReturned(ArenaScope scope, int status) {
    scope.usableArena().calls.kernelReturned(status);
  }
}
