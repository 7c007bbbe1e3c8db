package dev.engram.arena.management;

import dev.engram.arena.ArenaStats;

/**
 * {@link ArenaStats}, which says more of each figure, in types that JMX has.
 *
 * @param epoch number of metric resets so far
 * @param totalScopes counter: scopes opened
 * @param totalResets counter: arenas emptied that held something
 * @param totalAllocatedBytes counter: bytes given back
 * @param overflowErrors counter: allocations that did not fit and failed
 * @param overflowFallbacks counter: allocations that did not fit and were served from the system
 * @param fallbackBytes counter: bytes asked for by those that were served from the system
 * @param totalAbandoned counter: scopes that nobody closed
 * @param totalRefusedArenas counter: scopes that could not be opened for want of memory
 * @param totalFailedRemaps counter: arenas that kept the region they had
 * @param maxHighWaterMarkBytes maximum: the most bytes that any one arena had in use
 * @param liveArenas gauge: arenas that have a region now
 * @param reservedBytes gauge: address space of those regions
 * @param usedBytes gauge: bytes in use in those regions
 * @param heldFallbackBytes gauge: bytes held from the system
 * @param touchedBytes gauge: physical memory that those regions hold, an estimate
 * @param quarantinedBytes gauge: address space of the regions of abandoned scopes
 * @param hugePagesRefusal why the system last refused explicit huge pages; empty if it did not
 */
public record ArenaTotals(
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
    String hugePagesRefusal) {
  /** As JMX has them. */
  static ArenaTotals of(ArenaStats stats) {
    return new ArenaTotals(
        stats.epoch(),
        stats.totalScopes(),
        stats.totalResets(),
        stats.totalAllocatedBytes(),
        stats.overflowErrors(),
        stats.overflowFallbacks(),
        stats.fallbackBytes(),
        stats.totalAbandoned(),
        stats.totalRefusedArenas(),
        stats.totalFailedRemaps(),
        stats.maxHighWaterMarkBytes(),
        stats.liveArenas(),
        stats.reservedBytes(),
        stats.usedBytes(),
        stats.heldFallbackBytes(),
        stats.touchedBytes(),
        stats.quarantinedBytes(),
        stats.hugePagesRefusal().orElse(""));
  }
}
