package dev.engram.arena;

/**
 * One allocation that did not fit its arena.
 *
 * @param strategy the strategy of the arena
 * @param served whether the allocation was served from the system; otherwise it throws an {@link
 *     ArenaOverflowException}
 * @param requestedBytes what was asked for
 * @param availableBytes what the arena had left
 * @param capacityBytes size of the arena; 0 if it had to do without a region, since {@link
 *     ArenaConfig#maxTotalBytes()} was reached
 */
public record ArenaOverflow(
    OverflowStrategy strategy,
    boolean served,
    long requestedBytes,
    long availableBytes,
    long capacityBytes) {}
