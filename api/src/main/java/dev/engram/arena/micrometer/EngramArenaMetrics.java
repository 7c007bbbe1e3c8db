package dev.engram.arena.micrometer;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.internal.LifetimeCounts;
import dev.engram.arena.internal.LifetimeCounts.Counts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The arenas of the process as meters. None has a tag for a thread.
 *
 * {@snippet lang=java :
 * new EngramArenaMetrics().bindTo(registry);
 * }
 *
 * <table class="striped">
 * <caption>Meters</caption>
 * <thead><tr><th scope="col">Meter</th><th scope="col">Kind</th><th scope="col">What it is</th></tr>
 * </thead>
 * <tbody>
 * <tr><th scope="row">{@code engram.arena.memory.used}</th><td>gauge, bytes</td>
 *     <td>{@link ArenaStats#usedBytes()}</td></tr>
 * <tr><th scope="row">{@code engram.arena.memory.reserved}</th><td>gauge, bytes</td>
 *     <td>{@link ArenaStats#reservedBytes()}</td></tr>
 * <tr><th scope="row">{@code engram.arena.memory.max}</th><td>gauge, bytes</td>
 *     <td>{@link ArenaConfig#maxTotalBytes()}, infinite where there is no limit</td></tr>
 * <tr><th scope="row">{@code engram.arena.memory.high.water.mark}</th><td>gauge, bytes</td>
 *     <td>{@link ArenaStats#maxHighWaterMarkBytes()}</td></tr>
 * <tr><th scope="row">{@code engram.arena.count}</th><td>gauge</td>
 *     <td>{@link ArenaStats#liveArenas()}</td></tr>
 * <tr><th scope="row">{@code engram.arena.resets}</th><td>counter</td>
 *     <td>{@link ArenaStats#totalResets()}</td></tr>
 * <tr><th scope="row">{@code engram.arena.overflows}</th><td>counter, tag {@code strategy}</td>
 *     <td>by what became of the allocation: {@code error}, {@link ArenaStats#overflowErrors()}, or
 *     {@code fallback}, {@link ArenaStats#overflowFallbacks()}. One that {@link
 *     OverflowStrategy#FALLBACK} had no memory for is an {@code error}. There is no {@code panic}:
 *     it ends the process</td></tr>
 * <tr><th scope="row">{@code engram.arena.fallback.bytes}</th><td>counter, bytes</td>
 *     <td>{@link ArenaStats#fallbackBytes()}</td></tr>
 * </tbody>
 * </table>
 *
 * <p>Counters do not fall when {@link ArenaControl#resetMetrics()} starts a new epoch: they go on
 * from what the epochs before it counted, but for what other threads count in that very moment.
 * Where native code starts one, what was counted since the last look at a counter is missing.
 *
 * <p>Each meter that is read takes a snapshot of its own, so the meters of one scrape are of
 * moments close together, not of one. A snapshot that they shared would show old values to who
 * reads a single meter.
 *
 * <p>Binding loads no native library; the first look at a meter does, as the first use of {@link
 * ArenaControl}. Where the library cannot be loaded, or a setting is malformed, the application
 * starts and its other meters are scraped all the same: the gauges here are not a number, which
 * Micrometer logs as a warning with the reason, and the counters are 0. It is tried again at each
 * look.
 */
@SuppressWarnings("exports") // A module that uses this class has Micrometer's types anyway.
public final class EngramArenaMetrics implements MeterBinder {
  private final Tags tags;

  /** Meters without tags but for {@code strategy}. */
  public EngramArenaMetrics() {
    this(List.of());
  }

  /**
   * Meters with tags of the application's.
   *
   * @param tags for every meter
   */
  public EngramArenaMetrics(Iterable<Tag> tags) {
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    bindGauges(registry);
    bindCounters(registry);
  }

  private void bindGauges(MeterRegistry registry) {
    bytes(
            "engram.arena.memory.used",
            "Bytes in use in all arenas at this moment",
            () -> ArenaControl.stats().usedBytes())
        .register(registry);
    bytes(
            "engram.arena.memory.reserved",
            "Address space of all arenas; physical memory is held only for what has been touched",
            () -> ArenaControl.stats().reservedBytes())
        .register(registry);
    bytes(
            "engram.arena.memory.max",
            "Most bytes that all arenas, as reserved, and fallback memory may come to together;"
                + " infinite without a limit",
            EngramArenaMetrics::maxTotalBytes)
        .register(registry);
    bytes(
            "engram.arena.memory.high.water.mark",
            "Most bytes that any one arena has had in use since the metrics were last reset",
            () -> ArenaControl.stats().maxHighWaterMarkBytes())
        .register(registry);
    gauge(
            "engram.arena.count",
            "Arenas that have a region now, idle leased ones included",
            () -> ArenaControl.stats().liveArenas())
        .register(registry);
  }

  private void bindCounters(MeterRegistry registry) {
    counter(
            "engram.arena.resets",
            "Arenas emptied that held something: by the close of an outermost scope, by request or"
                + " by the end of their thread",
            Counts::totalResets)
        .register(registry);
    overflows("error", Counts::overflowErrors).register(registry);
    overflows("fallback", Counts::overflowFallbacks).register(registry);
    counter(
            "engram.arena.fallback.bytes",
            "Bytes asked for by allocations that did not fit and were served from the system",
            Counts::fallbackBytes)
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private Gauge.Builder<Supplier<Number>> bytes(
      String name, String description, Supplier<Number> value) {
    return gauge(name, description, value).baseUnit(BaseUnits.BYTES);
  }

  private Gauge.Builder<Supplier<Number>> gauge(
      String name, String description, Supplier<Number> value) {
    return Gauge.builder(name, value).description(description).tags(tags);
  }

  private FunctionCounter.Builder<LifetimeCounts> overflows(
      String strategy, ToLongFunction<Counts> count) {
    return counter(
            "engram.arena.overflows",
            "Allocations that did not fit their arena, by what became of them",
            count)
        .tag("strategy", strategy);
  }

  /** Registries refer to the object weakly: one that lives as long as this class, not this. */
  private FunctionCounter.Builder<LifetimeCounts> counter(
      String name, String description, ToLongFunction<Counts> count) {
    return FunctionCounter.builder(name, LifetimeCounts.PROCESS, counts -> read(counts, count))
        .description(description)
        .tags(tags);
  }

  private static double read(LifetimeCounts counts, ToLongFunction<Counts> count) {
    try {
      return count.applyAsLong(counts.read(ArenaControl::stats));
    } catch (UnsatisfiedLinkError | IllegalArgumentException e) {
      // There is no arena then, so this is the count. Micrometer would let it through, and all of
      // the application's scrape would fail. The gauges say why.
      return 0;
    }
  }

  private static double maxTotalBytes() {
    long bytes = ArenaControl.config().maxTotalBytes();
    return bytes == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : bytes;
  }
}
