package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.stress.progress.Progress;
import dev.engram.arena.stress.progress.Stop;
import dev.engram.arena.stress.recording.RunRecorder;
import dev.engram.arena.stress.recording.WorkerRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Threads that prepare by themselves, start together, and stay alive until the last one is done, so
 * that their arenas can be counted.
 */
final class WorkerTeam {
  private static final long PROGRESS_INTERVAL_MILLIS = 100;

  /** What a worker does again and again. What it throws ends the worker, and is a failure. */
  interface Operation {
    void run(long turn) throws Exception;
  }

  /** Makes the operation of one worker, on that worker's thread. */
  interface Preparation {
    Operation prepare(int worker, RandomGenerator random) throws Exception;
  }

  /** Every worker is a platform thread. */
  static final IntFunction<Thread.Builder> PLATFORM_THREADS =
      worker -> Thread.ofPlatform().daemon().name("stress-" + worker);

  /** Every worker is a virtual thread. */
  static final IntFunction<Thread.Builder> VIRTUAL_THREADS =
      worker -> Thread.ofVirtual().name("stress-" + worker);

  private final StressSettings settings;
  private final IntFunction<Thread.Builder> kinds;
  private final Preparation preparation;
  private final List<RandomGenerator> randoms;
  private final List<Worker> workers;
  private final CountDownLatch ready;
  private final CountDownLatch start = new CountDownLatch(1);
  private final CountDownLatch done;
  private final CountDownLatch leave = new CountDownLatch(1);
  private final Progress progress;
  private final Stop stop;
  private volatile List<WorkerRecord> records = List.of();
  private volatile boolean stopped;
  private volatile long beganNanos;

  private WorkerTeam(
      StressSettings settings,
      IntFunction<Thread.Builder> kinds,
      Preparation preparation,
      Progress progress) {
    this.settings = settings;
    this.kinds = kinds;
    this.preparation = preparation;
    this.progress = progress;
    this.stop = progress.stop();
    SplittableRandom random = new SplittableRandom(settings.seed());
    this.randoms =
        Stream.<RandomGenerator>generate(random::split).limit(settings.threads()).toList();
    this.workers =
        IntStream.range(0, settings.threads()).mapToObj(i -> new Worker(i, this)).toList();
    this.ready = new CountDownLatch(settings.threads());
    this.done = new CountDownLatch(settings.threads());
  }

  /** Runs a team of platform threads. */
  static TeamResult run(StressSettings settings, Preparation preparation, Progress progress)
      throws InterruptedException {
    return run(settings, PLATFORM_THREADS, preparation, progress);
  }

  /**
   * Lets {@code settings.threads()} workers do their operations, as often or as long as the
   * settings say. All have ended when it returns.
   *
   * @param kinds makes the thread of each worker
   */
  static TeamResult run(
      StressSettings settings,
      IntFunction<Thread.Builder> kinds,
      Preparation preparation,
      Progress progress)
      throws InterruptedException {
    RunRecorder recorder = progress.recorder();
    WorkerTeam team = new WorkerTeam(settings, kinds, preparation, progress);
    return recorder == null ? team.run(() -> {}) : team.run(recorder);
  }

  private TeamResult run(RunRecorder recorder) throws InterruptedException {
    records = recorder.begin(settings.threads(), this::operations);
    try {
      return run(recorder::workDone);
    } finally {
      recorder.end();
    }
  }

  /** Runs the team, and what is to be done while its threads are still there. */
  private TeamResult run(Runnable atEndOfWork) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    try {
      progress.phase("preparing threads", settings.threads());
      startThreads(threads);
      while (!ready.await(PROGRESS_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
        progress.at(settings.threads() - ready.getCount());
      }
      progress.at(settings.threads());
      requirePrepared();
      announceOperations();
      beganNanos = System.nanoTime();
      start.countDown();
      ArenaStats peak = ArenaControl.stats();
      while (!done.await(PROGRESS_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
        progress.at(operations());
        peak = larger(peak, ArenaControl.stats());
      }
      Duration elapsed = Duration.ofNanos(System.nanoTime() - beganNanos);
      progress.at(operations());
      ArenaStats atWork = ArenaControl.stats();
      atEndOfWork.run();
      return new TeamResult(
          workers.stream().map(Worker::operations).toList(),
          elapsed,
          stop.isRequested(),
          failures(),
          atWork,
          larger(peak, atWork));
    } finally {
      stopped = true;
      start.countDown();
      leave.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static ArenaStats larger(ArenaStats one, ArenaStats other) {
    return other.reservedBytes() > one.reservedBytes() ? other : one;
  }

  private void startThreads(List<Thread> threads) {
    for (Worker worker : workers) {
      Thread thread = kinds.apply(threads.size()).unstarted(worker);
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        throw new CannotRunException(
            "only %d of %d threads could be started: %s; give fewer --threads"
                .formatted(threads.size(), workers.size(), e.getMessage()),
            e);
      }
      threads.add(thread);
    }
  }

  private void requirePrepared() {
    workers.stream()
        .map(Worker::preparationFailure)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(failure -> {
          throw new CannotRunException("the data could not be prepared: " + failure, failure);
        });
  }

  private List<String> failures() {
    return workers.stream().map(Worker::failure).filter(Objects::nonNull).toList();
  }

  private long operations() {
    return workers.stream().mapToLong(Worker::operations).sum();
  }

  private void announceOperations() {
    Duration duration = settings.duration();
    if (duration == null) {
      progress.phase("operations", settings.threads() * settings.iterations());
    } else {
      progress.phase(
          String.format(Locale.ROOT, "operations for %.1f s", duration.toMillis() / 1e3), duration);
    }
  }

  /** Where a worker is to record its operations, or null. */
  @Nullable WorkerRecord record(int worker) {
    List<WorkerRecord> all = records;
    return all.isEmpty() ? null : all.get(worker);
  }

  Operation prepare(int worker) throws Exception {
    return preparation.prepare(worker, randoms.get(worker));
  }

  void ready() {
    ready.countDown();
  }

  void awaitStart() throws InterruptedException {
    start.await();
  }

  /** Whether a worker that has completed that many operations is to do another. */
  boolean goesOn(long completed) {
    Duration duration = settings.duration();
    if (stopped) {
      return false;
    }
    if (completed == 0) {
      return true;
    }
    return !stop.isRequested()
        && (duration == null
            ? completed < settings.iterations()
            : System.nanoTime() - beganNanos < duration.toNanos());
  }

  void done() {
    done.countDown();
  }

  void awaitLeave() throws InterruptedException {
    leave.await();
  }
}
