package dev.engram.arena.stress.recording;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What was recorded of a run.
 *
 * @param samples over time, the first at its beginning
 * @param latency of all operations
 * @param arenas those with the highest high-water marks, from the highest to the lowest
 * @param otherArenas how many more were seen in use
 */
public record Recorded(
    List<Sample> samples, Latency latency, List<RecordedArena> arenas, long otherArenas) {

  /**
   * Usage of single arenas over time.
   *
   * @return one for each sample of each of {@link #arenas}
   */
  public List<ArenaSample> arenaSamples() {
    return arenas.stream()
        .flatMap(arena ->
            IntStream.range(0, Math.min(samples.size(), arena.usedBytes().size()))
                .mapToObj(i ->
                    new ArenaSample(
                        arena.slot(), samples.get(i).seconds(), arena.usedBytes().get(i))))
        .toList();
  }
}
