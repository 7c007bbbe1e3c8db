package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaStats;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Looks at the totals again and again. For one thread at a time. */
final class CounterWatch {
  private long looks;
  private @Nullable ArenaStats latest;
  private @Nullable String firstFault;

  void look() {
    look(ArenaControl.stats());
  }

  void look(ArenaStats now) {
    ArenaStats earlier = latest;
    latest = now;
    looks++;
    if (earlier != null
        && firstFault == null
        && earlier.epoch() == now.epoch()
        && hasDecreased(earlier, now)) {
      firstFault = "%s after %s".formatted(now, earlier);
    }
  }

  private static boolean hasDecreased(ArenaStats earlier, ArenaStats now) {
    return now.totalScopes() < earlier.totalScopes()
        || now.totalResets() < earlier.totalResets()
        || now.totalAllocatedBytes() < earlier.totalAllocatedBytes()
        || now.overflowErrors() < earlier.overflowErrors()
        || now.overflowFallbacks() < earlier.overflowFallbacks()
        || now.fallbackBytes() < earlier.fallbackBytes()
        || now.totalAbandoned() < earlier.totalAbandoned();
  }

  Invariant neverDecreased() {
    return new Invariant(
        "no counter decreases within an epoch",
        firstFault == null && looks > 0,
        firstFault == null ? String.format(Locale.ROOT, "%,d looks", looks) : firstFault);
  }
}
