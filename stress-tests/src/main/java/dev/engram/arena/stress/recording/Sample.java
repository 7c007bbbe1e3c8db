package dev.engram.arena.stress.recording;

/**
 * What was seen at a moment of a run, or in an interval that ends there: counters then, and the
 * largest of each gauge.
 *
 * @param seconds since the run began to work, the preparation of its threads included
 * @param operations counter: operations completed
 * @param overflowErrors counter: allocations that were refused
 * @param overflowFallbacks counter: allocations that were served from the system
 * @param usedBytes in use in arenas
 * @param touchedBytes estimate: physical memory of arenas
 * @param reservedBytes address space of arenas
 * @param heldFallbackBytes chunks from the system
 * @param liveArenas number of arenas
 * @param residentBytes physical memory of the process, the Java heap included
 * @param mappings number of mappings of the process
 */
public record Sample(
    double seconds,
    long operations,
    long overflowErrors,
    long overflowFallbacks,
    long usedBytes,
    long touchedBytes,
    long reservedBytes,
    long heldFallbackBytes,
    long liveArenas,
    long residentBytes,
    long mappings) {

  /** One sample for the interval of two. */
  Sample mergedWith(Sample later) {
    return new Sample(
        later.seconds,
        later.operations,
        later.overflowErrors,
        later.overflowFallbacks,
        Math.max(usedBytes, later.usedBytes),
        Math.max(touchedBytes, later.touchedBytes),
        Math.max(reservedBytes, later.reservedBytes),
        Math.max(heldFallbackBytes, later.heldFallbackBytes),
        Math.max(liveArenas, later.liveArenas),
        Math.max(residentBytes, later.residentBytes),
        Math.max(mappings, later.mappings));
  }
}
