package dev.engram.arena;

/**
 * The state of one thread's arena, seen by that thread, and so exact. The counters and the
 * high-water mark cover the time since Java first used the arena on that thread, or on a virtual
 * thread since the lease began, or since the last {@link ArenaControl#resetMetrics()}, whichever is
 * latest; a thread takes notice of a reset when it next closes a scope or opens an outermost one.
 *
 * @param capacityBytes gauge: size of the arena; 0 while it has no region, since {@link
 *     ArenaConfig#maxTotalBytes()} was reached or other threads needed its memory
 * @param usedBytes gauge: bytes in use in it
 * @param highWaterMarkBytes maximum: the most bytes that were in use in it, since it was last given
 *     a region or {@linkplain ArenaControl#trim() trimmed} if that is later
 * @param overflowCount counter: allocations that did not fit, whatever became of them
 * @param resetCount counter: times that the arena was emptied while it held something
 */
public record ThreadArenaStats(
    long capacityBytes,
    long usedBytes,
    long highWaterMarkBytes,
    long overflowCount,
    long resetCount) {}
