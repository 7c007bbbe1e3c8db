package dev.engram.arena.benchmarks.measure;

/**
 * One fork's figures.
 *
 * @param nanosPerOperation time of an operation, the median of the fork's iterations
 * @param garbageBytesPerOperation bytes of Java heap that an operation allocates, likewise; NaN
 *     where the JVM does not tell, as of virtual threads
 */
public record Sample(double nanosPerOperation, double garbageBytesPerOperation) {}
