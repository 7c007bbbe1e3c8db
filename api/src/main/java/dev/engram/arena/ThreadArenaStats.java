package dev.engram.arena;

/**
 * The state of one thread's arena, seen by that thread. The counters and the high-water mark cover
 * the time since Java first used the arena on that thread, or on a virtual thread since the lease
 * began, or since the last {@link ArenaControl#resetMetrics()}, whichever is latest; a thread takes
 * notice of a reset when it next closes a scope or opens an outermost one.
 *
 * @param capacityBytes size of the arena
 * @param usedBytes bytes in use in it
 * @param highWaterMarkBytes the most bytes that were in use in it
 * @param overflowCount allocations that did not fit, whatever became of them
 * @param resetCount times that the arena was emptied while it held something
 */
public record ThreadArenaStats(
    long capacityBytes,
    long usedBytes,
    long highWaterMarkBytes,
    long overflowCount,
    long resetCount) {}
