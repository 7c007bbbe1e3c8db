package dev.engram.arena.stress.recording;

import java.util.List;

/**
 * What was seen of the arenas in one slot, from outside and with each sample: between two of them
 * one thread may end, and the next one's arena take its place.
 *
 * @param slot number of its place
 * @param owner name of the thread, or what they are if there were several; empty if Java did not
 *     know of it
 * @param capacityBytes its size, when it was last seen to have memory
 * @param usedBytesMean in use when samples were taken, on average over the time that it was there
 * @param usedBytesMax the most that was in use when a sample was taken
 * @param highWaterMarkBytes the most that was ever in use, by the arena's own count
 * @param overflows at least so many allocations did not fit, as far as samples saw: the arena's own
 *     count starts again with each owner and each epoch
 * @param resets at least so many times it was emptied, as far as samples saw, likewise
 * @param usedBytes in use at each sample, the largest of its interval; 0 where it was not there
 */
public record RecordedArena(
    long slot,
    String owner,
    long capacityBytes,
    long usedBytesMean,
    long usedBytesMax,
    long highWaterMarkBytes,
    long overflows,
    long resets,
    List<Long> usedBytes) {}
