package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaStats;
import java.util.Locale;

/** What must hold of the arenas where every thread has its own and everything fits. */
final class ArenaInvariants {
  private ArenaInvariants() {}

  static Invariant noOverflow(ArenaStats after) {
    return new Invariant(
        "no allocation overflowed",
        after.totalOverflows() == 0,
        String.format(Locale.ROOT, "%,d overflows", after.totalOverflows()));
  }

  static Invariant highWaterMarkFits(ArenaStats after, StressSettings settings) {
    long mark = after.maxHighWaterMarkBytes();
    long poolSize = settings.arenas().poolSizeBytes();
    return new Invariant(
        "the high-water mark is within the arena",
        mark > 0 && mark <= poolSize,
        String.format(Locale.ROOT, "%,d of %,d bytes", mark, poolSize));
  }

  static Invariant oneArenaPerThread(ArenaStats before, TeamResult team, StressSettings settings) {
    long arenas = team.atWork().liveArenas() - before.liveArenas();
    long reserved = team.atWork().reservedBytes() - before.reservedBytes();
    return new Invariant(
        "every thread has one arena",
        arenas == settings.threads()
            && reserved >= settings.threads() * settings.arenas().poolSizeBytes(),
        String.format(
            Locale.ROOT,
            "%d arenas with %,d bytes reserved for %d threads",
            arenas,
            reserved,
            settings.threads()));
  }
}
