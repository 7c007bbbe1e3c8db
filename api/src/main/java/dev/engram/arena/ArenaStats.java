package dev.engram.arena;

import dev.engram.arena.internal.Units;
import java.util.Locale;
import java.util.Optional;

/**
 * Totals of the process's arenas since the last {@link ArenaControl#resetMetrics()}, and gauges of
 * the moment. An immutable snapshot, taken without stopping anyone: exact when no thread is using
 * an arena, otherwise each figure is one that was true while the snapshot was taken. Within an
 * epoch the counters never decrease.
 *
 * @param epoch number of metric resets so far; counters of different epochs cannot be compared
 * @param totalScopes counter: scopes opened, those that kernels open for themselves included
 * @param totalResets counter: arenas emptied that held something, by the close of an outermost
 *     scope, by {@link ArenaControl#resetArenas()} or by the end of their thread
 * @param totalAllocatedBytes counter: bytes given back in these ways and by the close of inner
 *     scopes, alignment gaps included
 * @param overflowErrors counter: allocations that did not fit and failed
 * @param overflowFallbacks counter: allocations that did not fit and were served from the system
 * @param fallbackBytes counter: bytes asked for by those that were served from the system
 * @param totalAbandoned counter: scopes that nobody closed: still open when their platform thread
 *     ended, or found unreachable, as {@link AbandonedScopes} says
 * @param totalRefusedArenas counter: scopes that could not be opened, since {@link
 *     ArenaConfig#maxTotalBytes()} was reached or the system had no memory
 * @param totalFailedRemaps counter: arenas that kept the region they had, since there was none for
 *     new settings
 * @param maxHighWaterMarkBytes maximum: the most bytes that any one arena had in use, exact for
 *     scopes that are closed
 * @param liveArenas gauge: arenas that have a region now, idle leased ones included
 * @param reservedBytes gauge: address space of those regions; memory is used only for what has been
 *     touched
 * @param usedBytes gauge: bytes in use in those regions
 * @param heldFallbackBytes gauge: bytes held from the system under {@link
 *     OverflowStrategy#FALLBACK}
 * @param touchedBytes gauge, an estimate: physical memory that those regions hold. Counted are the
 *     bytes below the highest one that was in use since a region was made or last {@linkplain
 *     ArenaControl#trim() trimmed}; the system may hold more, by huge pages, or less, by swapping
 * @param quarantinedBytes gauge: address space of the regions of abandoned scopes that wait until
 *     no segment can be reached any more. Not among the reserved bytes
 * @param hugePagesRefusal why the system last refused {@link HugePages#EXPLICIT} under the settings
 *     in force, with its error number; empty if it did not
 */
public record ArenaStats(
    long epoch,
    long totalScopes,
    long totalResets,
    long totalAllocatedBytes,
    long overflowErrors,
    long overflowFallbacks,
    long fallbackBytes,
    long totalAbandoned,
    long totalRefusedArenas,
    long totalFailedRemaps,
    long maxHighWaterMarkBytes,
    long liveArenas,
    long reservedBytes,
    long usedBytes,
    long heldFallbackBytes,
    long touchedBytes,
    long quarantinedBytes,
    Optional<String> hugePagesRefusal) {

  /**
   * Allocations that did not fit, whatever became of them: {@link #overflowErrors} and {@link
   * #overflowFallbacks} together.
   *
   * @return the number of overflows
   */
  public long totalOverflows() {
    return overflowErrors + overflowFallbacks;
  }

  /**
   * What happened between two snapshots: the counters less those of {@code earlier}, gauges, maxima
   * and the refusal of huge pages as they are here.
   *
   * @param earlier a snapshot of the same epoch
   * @return the difference
   * @throws IllegalArgumentException if {@code earlier} is of another epoch, or the later one
   */
  public ArenaStats since(ArenaStats earlier) {
    if (earlier.epoch != epoch) {
      throw new IllegalArgumentException(
          "The snapshots are of different epochs, %d and %d: the metrics were reset in between"
              .formatted(earlier.epoch, epoch));
    }
    return new ArenaStats(
        epoch,
        difference(totalScopes, earlier.totalScopes),
        difference(totalResets, earlier.totalResets),
        difference(totalAllocatedBytes, earlier.totalAllocatedBytes),
        difference(overflowErrors, earlier.overflowErrors),
        difference(overflowFallbacks, earlier.overflowFallbacks),
        difference(fallbackBytes, earlier.fallbackBytes),
        difference(totalAbandoned, earlier.totalAbandoned),
        difference(totalRefusedArenas, earlier.totalRefusedArenas),
        difference(totalFailedRemaps, earlier.totalFailedRemaps),
        maxHighWaterMarkBytes,
        liveArenas,
        reservedBytes,
        usedBytes,
        heldFallbackBytes,
        touchedBytes,
        quarantinedBytes,
        hugePagesRefusal);
  }

  /**
   * The figures in units that people read, in a few lines.
   *
   * @return for instance {@code ArenaStats, epoch 0} and a line each for arenas, scopes, overflows
   *     and losses
   */
  @Override
  public String toString() {
    String text =
        String.format(
            Locale.ROOT,
            """
            ArenaStats, epoch %d
              arenas     %,d: %s in use of %s reserved, %s touched; largest high-water mark %s
              scopes     %,d; %,d resets, %s given back
              overflows  %,d: %,d failed, %,d served from the system (%s); %s held now
              lost       %,d scopes abandoned, %s in quarantine; %,d arenas refused, %,d kept an old size\
            """,
            epoch,
            liveArenas,
            Units.bytes(usedBytes),
            Units.bytes(reservedBytes),
            Units.bytes(touchedBytes),
            Units.bytes(maxHighWaterMarkBytes),
            totalScopes,
            totalResets,
            Units.bytes(totalAllocatedBytes),
            totalOverflows(),
            overflowErrors,
            overflowFallbacks,
            Units.bytes(fallbackBytes),
            Units.bytes(heldFallbackBytes),
            totalAbandoned,
            Units.bytes(quarantinedBytes),
            totalRefusedArenas,
            totalFailedRemaps);
    return hugePagesRefusal.map(refusal -> text + "\n  huge pages " + refusal).orElse(text);
  }

  private static long difference(long later, long earlier) {
    if (earlier > later) {
      throw new IllegalArgumentException(
          "The snapshot given as the earlier one is the later: it has counted more");
    }
    return later - earlier;
  }
}
