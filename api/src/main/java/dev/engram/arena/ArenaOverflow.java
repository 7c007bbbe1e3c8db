package dev.engram.arena;

/**
 * One allocation that did not fit its arena; or several of one call of a kernel, for its scratch,
 * that were served.
 *
 * @param strategy the strategy of the arena
 * @param served whether the allocation was served from the system; otherwise it throws an {@link
 *     ArenaOverflowException}
 * @param ofKernel whether it is a kernel's scratch that did not fit, not an allocation in Java
 * @param allocations how many did not fit: 1, but for a kernel's that were served
 * @param requestedBytes what was asked for, by all of them together
 * @param availableBytes what the arena had left; of a kernel's that were served, what it had left
 *     before the call
 * @param capacityBytes size of the arena; 0 if it had to do without a region, since {@link
 *     ArenaConfig#maxTotalBytes()} was reached
 */
public record ArenaOverflow(
    OverflowStrategy strategy,
    boolean served,
    boolean ofKernel,
    long allocations,
    long requestedBytes,
    long availableBytes,
    long capacityBytes) {}
