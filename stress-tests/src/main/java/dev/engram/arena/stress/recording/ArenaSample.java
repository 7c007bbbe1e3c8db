package dev.engram.arena.stress.recording;

/**
 * What was in use in one arena at one sample.
 *
 * @param slot number of the arena's place
 * @param seconds those of the sample
 * @param usedBytes in use, the largest of the sample's interval; 0 where it was not there
 */
public record ArenaSample(long slot, double seconds, long usedBytes) {}
