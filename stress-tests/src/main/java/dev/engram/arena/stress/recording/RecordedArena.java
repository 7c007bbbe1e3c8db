package dev.engram.arena.stress.recording;

/**
 * What was seen of one arena.
 *
 * @param owner name of the thread
 * @param capacityBytes its size, when it was last looked at
 * @param usedBytesMax the most that was in use when it was looked at
 * @param highWaterMarkBytes the most that was ever in use, by the arena's own count
 * @param overflows allocations that did not fit
 * @param resets times that it was emptied
 */
public record RecordedArena(
    String owner,
    long capacityBytes,
    long usedBytesMax,
    long highWaterMarkBytes,
    long overflows,
    long resets) {

  /** The same arena at a later look. Its own counts may have been set back in between. */
  RecordedArena later(RecordedArena now) {
    return new RecordedArena(
        owner,
        now.capacityBytes,
        Math.max(usedBytesMax, now.usedBytesMax),
        Math.max(highWaterMarkBytes, now.highWaterMarkBytes),
        Math.max(overflows, now.overflows),
        Math.max(resets, now.resets));
  }
}
