package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the memory of the process now and then while a run goes on, to tell whether it grows. It
 * compares the least of the last third with the least of the second: what is lost shows in the
 * least, too, and a peak does not; in the first third a process still fills its caches.
 */
final class GrowthWatch implements AutoCloseable {
  private static final int LOOKS = 60;
  private static final long INTERVAL_MILLIS_MAX = 10_000;

  /** Arenas that come and go are touched only in part. */
  private static final long TOUCHED_PART = 8;

  /** Two in each third. */
  private static final int LOOKS_MIN = 6;

  /**
   * A look.
   *
   * @param memory of the process
   * @param arenas figures of the arenas
   */
  record Look(ProcessMemory memory, ArenaStats arenas) {}

  private final List<Look> looks = new ArrayList<>();
  private final Thread thread;
  private volatile @Nullable RuntimeException failure;

  private GrowthWatch(long intervalMillis) {
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("stress-growth")
            .unstarted(() -> {
              try {
                while (true) {
                  long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(intervalMillis);
                  look();
                  // A look takes its time on a busy machine.
                  TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
                }
              } catch (InterruptedException e) {
                // The run is over.
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                failure = e;
              }
            });
  }

  /** Begins to look, some dozens of times in a run of that duration. */
  static GrowthWatch start(Duration duration) {
    GrowthWatch watch =
        new GrowthWatch(Math.clamp(duration.toMillis() / LOOKS, 1, INTERVAL_MILLIS_MAX));
    watch.thread.start();
    return watch;
  }

  private void look() {
    Look now = new Look(ProcessMemory.now(), ArenaControl.stats());
    synchronized (looks) {
      looks.add(now);
    }
  }

  /** Looks no more. */
  @Override
  public void close() {
    thread.interrupt();
  }

  /**
   * Judges what was seen.
   *
   * @param arenasMax how many arenas may come and go by chance
   * @param cutShort whether the run ended before its time, so that there may be nothing to judge by
   */
  List<Invariant> judge(StressSettings settings, long arenasMax, boolean cutShort) {
    RuntimeException cause = failure;
    if (cause != null) {
      throw cause;
    }
    List<Look> seen;
    synchronized (looks) {
      seen = List.copyOf(looks);
    }
    long touchedBytesMax = arenasMax * settings.arenas().poolSizeBytes() / TOUCHED_PART;
    return judge(seen, arenasMax, touchedBytesMax, cutShort);
  }

  static List<Invariant> judge(
      List<Look> looks, long arenasMax, long touchedBytesMax, boolean cutShort) {
    return List.of(
        stays(
            looks,
            "the mappings of the process stay about as many",
            look -> look.memory.mappings(),
            ChurnScenario.MAPPINGS_MAX,
            cutShort),
        stays(
            looks,
            "resident memory outside the Java heap stays about as large",
            look -> look.memory.residentBytes(),
            ChurnScenario.RESIDENT_BYTES_MAX,
            cutShort),
        stays(
            looks,
            "the arenas stay about as many",
            look -> look.arenas.liveArenas(),
            arenasMax,
            cutShort),
        stays(
            looks,
            "the touched bytes of arenas stay about as many",
            look -> look.arenas.touchedBytes(),
            touchedBytesMax,
            cutShort));
  }

  private static Invariant stays(
      List<Look> looks,
      String name,
      ToLongFunction<Look> figure,
      long growthMax,
      boolean cutShort) {
    int count = looks.size();
    if (count < LOOKS_MIN) {
      return new Invariant(
          name,
          cutShort,
          "%d looks are too few to judge by; give a longer --duration".formatted(count));
    }
    long before = least(looks.subList(count / 3, count - count / 3), figure);
    long after = least(looks.subList(count - count / 3, count), figure);
    return new Invariant(
        name,
        after - before <= growthMax,
        String.format(
            Locale.ROOT,
            "%,d at least in the last third of %d looks, %,d in the second: %+,d, allowed are %,d",
            after,
            count,
            before,
            after - before,
            growthMax));
  }

  private static long least(List<Look> looks, ToLongFunction<Look> figure) {
    return looks.stream().mapToLong(figure).min().orElseThrow();
  }
}
