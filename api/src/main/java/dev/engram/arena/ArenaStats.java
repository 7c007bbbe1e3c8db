package dev.engram.arena;

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
 * @param totalAbandoned counter: scopes that were still open when their platform thread ended
 * @param maxHighWaterMarkBytes maximum: the most bytes that any one arena had in use
 * @param liveArenas gauge: arenas that have a region now, idle leased ones included
 * @param reservedBytes gauge: address space of those regions; memory is used only for what has been
 *     touched
 * @param usedBytes gauge: bytes in use in those regions
 * @param heldFallbackBytes gauge: bytes held from the system under {@link
 *     OverflowStrategy#FALLBACK}
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
    long maxHighWaterMarkBytes,
    long liveArenas,
    long reservedBytes,
    long usedBytes,
    long heldFallbackBytes) {

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
   * What happened between two snapshots: the counters less those of {@code earlier}, gauges and
   * maxima as they are here.
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
    if (earlier.totalScopes > totalScopes
        || earlier.totalResets > totalResets
        || earlier.totalOverflows() > totalOverflows()) {
      throw new IllegalArgumentException(
          "The snapshot given as the earlier one is the later: it has counted more");
    }
    return new ArenaStats(
        epoch,
        totalScopes - earlier.totalScopes,
        totalResets - earlier.totalResets,
        totalAllocatedBytes - earlier.totalAllocatedBytes,
        overflowErrors - earlier.overflowErrors,
        overflowFallbacks - earlier.overflowFallbacks,
        fallbackBytes - earlier.fallbackBytes,
        totalAbandoned - earlier.totalAbandoned,
        maxHighWaterMarkBytes,
        liveArenas,
        reservedBytes,
        usedBytes,
        heldFallbackBytes);
  }
}
