package dev.engram.arena.stress.recording;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Records a run: samples by a thread of its own, which begins with the first team, and latencies by
 * the workers. One team works at a time.
 */
public final class RunRecorder implements AutoCloseable {
  private static final long FIRST_INTERVAL_MILLIS = 100;

  private final SampleSeries series = new SampleSeries(FIRST_INTERVAL_MILLIS);
  private final Histogram nanos = new Histogram(Latency.SIGNIFICANT_DIGITS);
  private List<WorkerRecord> workers = List.of();
  private LongSupplier operations = () -> 0;
  private long operationsOfTeamsBefore;
  private long overflowErrors;
  private long overflowFallbacks;
  private ArenaStats last;
  private long beganNanos;
  private @Nullable Thread sampler;
  private boolean closed;

  /** A recorder that has recorded nothing. Loads the library. */
  public RunRecorder() {
    last = ArenaControl.stats();
  }

  /**
   * A team begins to work.
   *
   * @param size number of its workers
   * @param completed operations that it has completed
   * @return a record for each worker
   */
  public synchronized List<WorkerRecord> begin(int size, LongSupplier completed) {
    workers = IntStream.range(0, size).mapToObj(i -> new WorkerRecord()).toList();
    operations = completed;
    if (sampler == null && !closed) {
      beganNanos = System.nanoTime();
      last = ArenaControl.stats();
      sample();
      sampler = Thread.ofPlatform().daemon().name("stress-sampler").start(this::sampleAlways);
    }
    return workers;
  }

  /**
   * The team's operations are over, its threads still there, with arenas whose counts are final.
   */
  public synchronized void workDone() {
    series.arenas().look(ArenaControl.arenas());
  }

  /** The team has ended, its threads too. */
  public synchronized void end() {
    sample();
    operationsOfTeamsBefore += operations.getAsLong();
    operations = () -> 0;
    workers.forEach(worker -> nanos.add(worker.nanos()));
    workers = List.of();
  }

  private void sampleAlways() {
    try {
      while (true) {
        Thread.sleep(intervalMillis());
        sample();
      }
    } catch (InterruptedException e) {
      // The run is over.
      Thread.currentThread().interrupt();
    }
  }

  private synchronized long intervalMillis() {
    return series.intervalMillis();
  }

  private synchronized void sample() {
    ArenaStats stats = ArenaControl.stats();
    // The run may begin new epochs; what was counted between this and the last sample is lost then.
    boolean sameEpoch = stats.epoch() == last.epoch();
    overflowErrors += stats.overflowErrors() - (sameEpoch ? last.overflowErrors() : 0);
    overflowFallbacks += stats.overflowFallbacks() - (sameEpoch ? last.overflowFallbacks() : 0);
    last = stats;
    ProcessFigures process = ProcessFigures.now();
    series.add(
        new Sample(
            (System.nanoTime() - beganNanos) / 1e9,
            operations(),
            overflowErrors,
            overflowFallbacks,
            stats.usedBytes(),
            stats.touchedBytes(),
            stats.reservedBytes(),
            stats.heldFallbackBytes(),
            stats.liveArenas(),
            process.residentBytes(),
            process.mappings()),
        ArenaControl.arenas());
  }

  /**
   * What was recorded so far.
   *
   * @return samples up to now, latencies of the teams that have ended
   */
  public synchronized Recorded recorded() {
    return series.recorded(Latency.of(nanos));
  }

  /**
   * How far the run is.
   *
   * @return operations completed by all teams
   */
  public synchronized long operations() {
    return operationsOfTeamsBefore + operations.getAsLong();
  }

  /** Takes no more samples. */
  @Override
  public synchronized void close() {
    closed = true;
    if (sampler != null) {
      sampler.interrupt();
    }
  }
}
