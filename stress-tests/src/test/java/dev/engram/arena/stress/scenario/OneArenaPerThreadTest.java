package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RecursiveAction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tasks of a pool share the arenas of its threads. The control is {@link
 * #anArenaForEachTaskIsSeen}.
 */
class OneArenaPerThreadTest {
  private static final int WORKERS = 4;
  private static final int TASKS = Scale.of(2_000, 200_000);
  private static final int TASKS_OF_THE_CONTROL = 200;

  /** Who ran tasks, and in which arenas: an arena is known by where it begins. */
  private static final class Tasks {
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Set<Long> arenas = ConcurrentHashMap.newKeySet();

    void run() {
      try (ArenaScope scope = ArenaControl.openScope()) {
        arenas.add(scope.uninitialized().allocate(64, 64).address());
        threads.add(Thread.currentThread());
      }
    }

    void requireOneArenaPerThread(long arenasBefore) {
      assertThat(threads).isNotEmpty();
      assertThat(arenas).hasSameSizeAs(threads);
      assertThat(ArenaControl.stats().liveArenas() - arenasBefore).isEqualTo(threads.size());
    }
  }

  private static final class Halves extends RecursiveAction {
    private static final long serialVersionUID = 1;

    private final transient Tasks tasks;
    private final int count;

    Halves(Tasks tasks, int count) {
      this.tasks = tasks;
      this.count = count;
    }

    @Override
    protected void compute() {
      if (count > 0) {
        tasks.run();
        int rest = count - 1;
        invokeAll(new Halves(tasks, (rest + 1) / 2), new Halves(tasks, rest / 2));
      }
    }
  }

  /** Keeps no thread locals between tasks, as the workers of the common pool. */
  private static final class ForgetfulWorker extends ForkJoinWorkerThread {
    ForgetfulWorker(ForkJoinPool pool) {
      super(null, pool, false);
    }
  }

  static Stream<Named<ForkJoinPool.ForkJoinWorkerThreadFactory>> workers() {
    return Stream.of(
        named("workers", ForkJoinPool.defaultForkJoinWorkerThreadFactory),
        named("workers that forget thread locals", ForgetfulWorker::new));
  }

  @BeforeEach
  @AfterEach
  void startAfresh() {
    Runs.startAfresh();
  }

  @ParameterizedTest
  @MethodSource("workers")
  void forkJoinTasksShareTheArenasOfTheirThreads(ForkJoinPool.ForkJoinWorkerThreadFactory workers) {
    try (ForkJoinPool pool = new ForkJoinPool(WORKERS, workers, null, false)) {
      Tasks tasks = new Tasks();
      long before = ArenaControl.stats().liveArenas();
      long scopesBefore = ArenaControl.stats().totalScopes();
      pool.invoke(new Halves(tasks, TASKS));
      assertThat(ArenaControl.stats().totalScopes() - scopesBefore).isEqualTo(TASKS);
      tasks.requireOneArenaPerThread(before);
    }
  }

  @ParameterizedTest
  @MethodSource("workers")
  void completableFuturesShareTheArenasOfTheirThreads(
      ForkJoinPool.ForkJoinWorkerThreadFactory workers) {
    try (ForkJoinPool pool = new ForkJoinPool(WORKERS, workers, null, true)) {
      Tasks tasks = new Tasks();
      long before = ArenaControl.stats().liveArenas();
      runAsync(TASKS, tasks::run, pool);
      tasks.requireOneArenaPerThread(before);
    }
  }

  /** Each task has a thread of its own, which lives until all have run. */
  @Test
  void anArenaForEachTaskIsSeen() {
    Tasks tasks = new Tasks();
    CountDownLatch ran = new CountDownLatch(TASKS_OF_THE_CONTROL);
    CountDownLatch leave = new CountDownLatch(1);
    Executor threadPerTask = task -> Thread.ofPlatform().start(task);
    long before = ArenaControl.stats().liveArenas();
    CompletableFuture<?>[] futures =
        futures(
            TASKS_OF_THE_CONTROL,
            () -> {
              tasks.run();
              ran.countDown();
              await(leave);
            },
            threadPerTask);
    await(ran);
    assertThat(ArenaControl.stats().liveArenas() - before).isEqualTo(TASKS_OF_THE_CONTROL);
    assertThat(tasks.arenas).hasSize(TASKS_OF_THE_CONTROL);
    leave.countDown();
    CompletableFuture.allOf(futures).join();
  }

  private static void runAsync(int count, Runnable task, Executor executor) {
    CompletableFuture.allOf(futures(count, task, executor)).join();
  }

  private static CompletableFuture<?>[] futures(int count, Runnable task, Executor executor) {
    return IntStream.range(0, count)
        .mapToObj(i -> CompletableFuture.runAsync(task, executor))
        .toArray(CompletableFuture<?>[]::new);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
