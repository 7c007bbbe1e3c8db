package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.stress.progress.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Whether every arena that no thread owns can be leased: one that was not given back would have to
 * be made up for by another.
 */
final class LeaseCheck {
  private static final int ATTEMPTS_MAX = 4;

  private final ArenaConfig arenas;

  LeaseCheck(ArenaConfig arenas) {
    this.arenas = arenas;
  }

  /** Again where arenas whose region others had taken got another one: that ends. */
  Invariant allAreBack() throws InterruptedException {
    Invariant result = leaseAllAtOnce();
    for (int attempt = 1; !result.held() && attempt < ATTEMPTS_MAX; attempt++) {
      result = leaseAllAtOnce();
    }
    return result;
  }

  private Invariant leaseAllAtOnce() throws InterruptedException {
    int before = Math.toIntExact(ArenaControl.stats().liveArenas() - ownArenas());
    CountDownLatch open = new CountDownLatch(before);
    StressSettings once =
        new StressSettings(
            Math.max(before, 1), 1, (Duration) null, 1, 1, arenas, 1, (@Nullable Path) null);
    TeamResult team =
        WorkerTeam.run(
            once,
            WorkerTeam.VIRTUAL_THREADS,
            (worker, random) ->
                turn -> {
                  try (ArenaScope scope = ArenaControl.openScope()) {
                    scope.allocate(Long.BYTES);
                    open.countDown();
                    open.await();
                  } finally {
                    open.countDown();
                  }
                },
            Progress.SILENT);
    long after = team.atWork().liveArenas() - ownArenas();
    return new Invariant(
        "every lease has come back",
        team.failures().isEmpty() && before > 0 && after <= before,
        String.format(
            Locale.ROOT,
            "%,d idle arenas, %,d with as many leased at once%s",
            before,
            after,
            team.failures().isEmpty() ? "" : "; " + team.failures().getFirst()));
  }

  private static long ownArenas() {
    return ArenaControl.threadStats().isPresent() ? 1 : 0;
  }
}
