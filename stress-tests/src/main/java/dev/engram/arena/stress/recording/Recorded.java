package dev.engram.arena.stress.recording;

import java.util.List;

/**
 * What was recorded of a run.
 *
 * @param samples over time, the first at its beginning
 * @param latency of all operations
 * @param arenas that stayed long enough to be seen, by the names of their owners
 */
public record Recorded(List<Sample> samples, Latency latency, List<RecordedArena> arenas) {}
