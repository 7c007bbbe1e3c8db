package dev.engram.arena;

/**
 * One arena, as {@link ArenaControl#arenas()} found it. Its figures are of one owner and one
 * region: no more bytes were in use than it has. The counters and the high-water mark cover the
 * time since the arena was made, or since the last {@link ArenaControl#resetMetrics()} if that is
 * later; one that virtual threads lease stays the same arena from lease to lease.
 *
 * @param slot number of its place, from 0. No two have the same at a time; when its thread has
 *     ended, the next arena that is made gets it
 * @param state whose it is
 * @param threadName name of the thread whose it is, or {@code #} and the thread's number if it has
 *     no name; empty where there is no such thread, or Java does not know of it, since only native
 *     code has used the arena
 * @param capacityBytes gauge: size of the arena; 0 while it has no region, since {@link
 *     ArenaConfig#maxTotalBytes()} was reached or other threads needed its memory
 * @param usedBytes gauge: bytes in use in it; 0 for a quarantined one, where they cannot be told
 * @param highWaterMarkBytes maximum: the most bytes that were in use in it, exact for scopes that
 *     are closed, since it was last given a region or {@linkplain ArenaControl#trim() trimmed} if
 *     that is later
 * @param usedFallbackBytes gauge: bytes in use that were served from the system under {@link
 *     OverflowStrategy#FALLBACK}
 * @param overflowCount counter: allocations that did not fit, whatever became of them
 * @param resetCount counter: times that the arena was emptied while it held something
 */
public record ArenaUsage(
    long slot,
    ArenaState state,
    String threadName,
    long capacityBytes,
    long usedBytes,
    long highWaterMarkBytes,
    long usedFallbackBytes,
    long overflowCount,
    long resetCount) {

  /**
   * How full the arena is, by what is in use now, what overflowed included.
   *
   * @return 0 for an empty arena, 1 for a full one, more where something overflowed
   */
  public double usedShare() {
    return share(usedBytes + usedFallbackBytes);
  }

  /**
   * How full the arena is or has been, by its high-water mark or by what is in use now, what
   * overflowed included.
   *
   * @return 0 for an arena that was never used, 1 for one that was full, more where something
   *     overflowed that is still in use
   */
  public double highWaterMarkShare() {
    return Math.max(share(highWaterMarkBytes), usedShare());
  }

  private double share(long bytes) {
    // Without a region everything overflows.
    return bytes == 0 ? 0 : (double) bytes / Math.max(capacityBytes, 1);
  }
}
