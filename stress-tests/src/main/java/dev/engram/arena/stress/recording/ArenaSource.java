package dev.engram.arena.stress.recording;

import java.util.List;

/** Where the figures of single arenas come from. */
interface ArenaSource {
  /** The arenas that can be seen at this moment. */
  List<ArenaUsage> now();
}
