package dev.engram.arena.stress.scenario;

import dev.engram.arena.stress.recording.WorkerRecord;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One thread of a {@link WorkerTeam}. */
final class Worker implements Runnable {
  private final int index;
  private final WorkerTeam team;
  private final AtomicLong operations = new AtomicLong();
  private volatile @Nullable Throwable preparationFailure;
  private volatile @Nullable String failure;

  Worker(int index, WorkerTeam team) {
    this.index = index;
    this.team = team;
  }

  /** Operations completed so far. */
  long operations() {
    return operations.get();
  }

  /** Why there is nothing to work with, if so. */
  @Nullable Throwable preparationFailure() {
    return preparationFailure;
  }

  /** What stopped the work before its time, if anything did. */
  @Nullable String failure() {
    return failure;
  }

  @Override
  public void run() {
    try {
      WorkerTeam.Operation operation = prepare();
      team.awaitStart();
      if (operation != null) {
        WorkerRecord record = team.record(index);
        work(record == null ? operation : recorded(operation, record));
      }
      team.done();
      team.awaitLeave();
    } catch (InterruptedException e) {
      // Nobody else knows this thread: the team is giving up.
      Thread.currentThread().interrupt();
    }
  }

  private WorkerTeam.@Nullable Operation prepare() {
    try {
      return team.prepare(index);
    } catch (Throwable t) {
      preparationFailure = t;
      return null;
    } finally {
      team.ready();
    }
  }

  private static WorkerTeam.Operation recorded(
      WorkerTeam.Operation operation, WorkerRecord record) {
    return turn -> {
      long began = System.nanoTime();
      operation.run(turn);
      record.operation(began, System.nanoTime());
    };
  }

  private void work(WorkerTeam.Operation operation) {
    long turn = 0;
    try {
      while (team.goesOn(turn)) {
        operation.run(turn);
        turn++;
        operations.lazySet(turn);
      }
    } catch (Throwable t) {
      failure = "thread %d, turn %d: %s".formatted(index, turn, t);
    }
  }
}
