package dev.engram.arena.stress.recording;

import dev.engram.arena.ArenaState;
import dev.engram.arena.ArenaUsage;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is seen of single arenas, in bounded memory however many there are. They are told apart by
 * their slots: threads that come and go use a few of these again and again.
 */
final class ArenaRecords {
  /** More than a scenario has at once unless it is told to. */
  static final int TRACKED_MAX = 1024;

  /** As many as a reader can tell apart. */
  static final int LISTED_MAX = 64;

  private final int samplesMax;
  private final Map<Long, ArenaRecord> tracked = new TreeMap<>();
  private final BitSet untracked = new BitSet();

  ArenaRecords(int samplesMax) {
    this.samplesMax = samplesMax;
  }

  /** The arenas at the time of a sample, of which so many were taken before. */
  void sample(List<ArenaUsage> now, int samplesBefore) {
    for (ArenaUsage usage : now) {
      if (isTracked(usage)) {
        record(usage).sample(usage, samplesBefore);
      }
    }
  }

  /** The arenas at any other time. */
  void look(List<ArenaUsage> now) {
    for (ArenaUsage usage : now) {
      if (isTracked(usage)) {
        record(usage).look(usage);
      }
    }
  }

  private boolean isTracked(ArenaUsage usage) {
    if (usage.state() == ArenaState.QUARANTINED) {
      return false;
    }
    if (tracked.containsKey(usage.slot()) || tracked.size() < TRACKED_MAX) {
      return true;
    }
    if (usage.highWaterMarkBytes() > 0) {
      untracked.set(Math.toIntExact(usage.slot()));
    }
    return false;
  }

  private ArenaRecord record(ArenaUsage usage) {
    return tracked.computeIfAbsent(usage.slot(), slot -> new ArenaRecord(slot, samplesMax));
  }

  void halve() {
    tracked.values().forEach(ArenaRecord::halve);
  }

  /** Those with the highest marks, from the highest to the lowest, at so many samples. */
  List<RecordedArena> highest(int samples) {
    return used()
        .sorted(Comparator.comparingLong(ArenaRecord::highWaterMarkBytes).reversed())
        .limit(LISTED_MAX)
        .map(arena -> arena.recorded(samples))
        .toList();
  }

  /** How many are not among the highest. */
  long others() {
    return Math.max(0, used().count() - LISTED_MAX) + untracked.cardinality();
  }

  /** A thread of the program that has an arena from before takes no part in the run. */
  private Stream<ArenaRecord> used() {
    return tracked.values().stream().filter(arena -> arena.highWaterMarkBytes() > 0);
  }
}
