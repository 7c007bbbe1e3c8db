package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Something that goes wrong once in a run of {@link MixedScenario}.
 *
 * @param name what
 * @param scenario makes a scenario in which it happens, for one run
 * @param broken the names of the invariants that it breaks, in the order of the report
 */
public record MixedBreak(String name, Supplier<Scenario> scenario, List<String> broken) {
  /** How many the run must have, so that scores can be told from other results by their number. */
  public static final int CANDIDATES = 8;

  private static final int OCCASION = 57;

  /** Of each thread, before its kernel is called. */
  private static final ThreadLocal<ArenaScope> NEWEST_SCOPE = new ThreadLocal<>();

  private MixedBreak(String name, Supplier<Scenario> scenario, String... broken) {
    this(name, scenario, List.of(broken));
  }

  /** Everything that can go wrong. */
  public static Stream<MixedBreak> all() {
    return Stream.of(ofResults(), ofBytes(), ofCounts(), ofScopes()).flatMap(breaks -> breaks);
  }

  private static Stream<MixedBreak> ofResults() {
    return Stream.of(
        new MixedBreak(
            "wrong result",
            () ->
                onResult(scores -> {
                  scores[3] += 1e-3f;
                  return scores;
                }),
            "every result is right",
            "every result has the same bits each time"),
        new MixedBreak(
            "other last bit",
            () ->
                onResult(scores -> {
                  scores[3] = Math.nextUp(scores[3]);
                  return scores;
                }),
            "every result has the same bits each time"),
        new MixedBreak(
            "result that is not a number",
            () ->
                onResult(scores -> {
                  scores[3] = Float.NaN;
                  return scores;
                }),
            "every result is right",
            "every result has the same bits each time"),
        new MixedBreak(
            "result cut short",
            () -> onResult(scores -> Arrays.copyOf(scores, scores.length - 1)),
            "every result is right"),
        new MixedBreak(
            "results of another call",
            () -> {
              AtomicReference<float[]> previous = new AtomicReference<>(new float[CANDIDATES]);
              return scenario(
                  Interlude.NONE,
                  result -> result.length == CANDIDATES ? previous.getAndSet(result) : result);
            },
            "every result is right",
            "every result has the same bits each time"));
  }

  private static Stream<MixedBreak> ofBytes() {
    return Stream.of(
        new MixedBreak(
            "byte changed",
            () -> inKernelScope((random, newest) -> flip(newest)),
            "every byte is what its scope wrote"),
        new MixedBreak(
            "byte of outer scope changed",
            () -> {
              ThreadLocal<MemorySegment> earlier =
                  ThreadLocal.withInitial(() -> MemorySegment.NULL);
              AtomicBoolean done = new AtomicBoolean();
              return scenario(
                  (random, newest) -> {
                    MemorySegment outer = earlier.get();
                    earlier.set(newest);
                    if (outer.byteSize() > 0
                        && outer.scope().isAlive()
                        && done.compareAndSet(false, true)) {
                      flip(outer);
                    }
                  },
                  UnaryOperator.identity());
            },
            "every byte is what its scope wrote"));
  }

  private static Stream<MixedBreak> ofCounts() {
    return Stream.of(
        new MixedBreak(
            "scope too many",
            () -> inKernelScope((random, newest) -> ArenaControl.openScope().close()),
            "the totals are exact"),
        new MixedBreak(
            "bytes too many",
            () ->
                onOpening(() -> {
                  ArenaScope scope = ArenaControl.openScope();
                  scope.allocate(64, 64);
                  return scope;
                }),
            "every byte that is given back is counted"),
        new MixedBreak(
            "scratch kept",
            MixedBreak::keepingScratch,
            "every byte that is given back is counted",
            "every kernel gives back what it takes"),
        new MixedBreak(
            "reset too many",
            () ->
                onOpening(() -> {
                  try (ArenaScope another = ArenaControl.openScope()) {
                    another.allocate(64, 64);
                  }
                  return ArenaControl.openScope();
                }),
            "the totals are exact",
            "every byte that is given back is counted"),
        new MixedBreak(
            "overflow",
            () ->
                inKernelScope((random, newest) -> {
                  try (ArenaScope scope = ArenaControl.openScope()) {
                    scope.allocate(1L << 40);
                  } catch (ArenaOverflowException e) {
                    // It is counted all the same.
                  }
                }),
            "the totals are exact",
            "no allocation overflowed"));
  }

  private static Stream<MixedBreak> ofScopes() {
    return Stream.of(
        new MixedBreak(
            "arena larger than set",
            () ->
                onOpening(() -> {
                  ArenaControl.configure(Runs.arenas(8 << 20, OverflowStrategy.ERROR_RETURN));
                  ArenaScope scope = ArenaControl.openScope();
                  scope.allocate(3 << 20, 64);
                  return scope;
                }),
            "every byte that is given back is counted",
            "the high-water mark is within the arena"),
        new MixedBreak(
            "scope left open",
            () ->
                onOpening(() -> {
                  ArenaControl.openScope().allocate(64, 64);
                  return ArenaControl.openScope();
                }),
            "the totals are exact",
            "every byte that is given back is counted",
            "nothing is in use at the end"),
        new MixedBreak(
            "worker that fails",
            () ->
                inKernelScope((random, newest) -> {
                  throw new IllegalStateException("the kernel is broken");
                }),
            "the totals are exact",
            "no worker failed",
            "every operation was completed"));
  }

  /** The name, for the list of tests. */
  @Override
  public String toString() {
    return name;
  }

  private static Scenario scenario(Interlude interlude, UnaryOperator<float[]> results) {
    return new MixedScenario(interlude, results, ArenaWatch.THREAD_EXIT_TIMEOUT);
  }

  private static Scenario onResult(UnaryOperator<float[]> breaking) {
    AtomicLong left = new AtomicLong(OCCASION);
    return scenario(
        Interlude.NONE,
        result ->
            result.length == CANDIDATES && left.decrementAndGet() == 0
                ? breaking.apply(result)
                : result);
  }

  private static Scenario inKernelScope(Interlude breaking) {
    return scenario(Once.onOccasion(OCCASION, breaking), UnaryOperator.identity());
  }

  /** Where an outermost scope is opened. */
  private static Scenario onOpening(Supplier<ArenaScope> breaking) {
    AtomicLong left = new AtomicLong(OCCASION);
    Interlude interlude =
        new Interlude() {
          @Override
          public void run(RandomGenerator random, MemorySegment newest) {}

          @Override
          public ArenaScope open() {
            boolean outermost =
                ArenaControl.threadStats().filter(stats -> stats.usedBytes() > 0).isEmpty();
            return outermost && left.decrementAndGet() == 0
                ? breaking.get()
                : ArenaControl.openScope();
          }
        };
    return scenario(interlude, UnaryOperator.identity());
  }

  /** A kernel takes something in its caller's scope. */
  private static Scenario keepingScratch() {
    AtomicLong left = new AtomicLong(OCCASION);
    Interlude remembering =
        new Interlude() {
          @Override
          public void run(RandomGenerator random, MemorySegment segment) {
            // The results that follow lie in the arena, and are looked at after the kernel.
            NEWEST_SCOPE.remove();
          }

          @Override
          public ArenaScope open() {
            ArenaScope scope = ArenaControl.openScope();
            NEWEST_SCOPE.set(scope);
            return scope;
          }
        };
    return scenario(
        remembering,
        result -> {
          ArenaScope scope = NEWEST_SCOPE.get();
          if (scope != null && left.decrementAndGet() == 0) {
            scope.allocate(64, 64);
          }
          return result;
        });
  }

  private static void flip(MemorySegment segment) {
    segment.set(ValueLayout.JAVA_BYTE, 7, (byte) ~segment.get(ValueLayout.JAVA_BYTE, 7));
  }
}
