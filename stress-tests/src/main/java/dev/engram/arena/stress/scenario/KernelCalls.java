package dev.engram.arena.stress.scenario;

/**
 * The calls of one kernel on known input, in the forms in which it can be called. Read-only, for
 * any number of threads at once, until it is closed.
 */
interface KernelCalls extends AutoCloseable {
  /** Stages the input and makes every call. */
  void run(KernelScope scope);

  @Override
  void close();
}
