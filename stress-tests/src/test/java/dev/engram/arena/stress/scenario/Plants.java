package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaOverflowException;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.OverflowStrategy;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What several scenarios must find. */
final class Plants {
  private static final long TOO_MUCH = 1L << 40;

  private Plants() {}

  /** More is asked for than the run believes, so that exceptions have another size. */
  static Interlude askingForMore() {
    return new Interlude() {
      @Override
      public void run(RandomGenerator random, MemorySegment newest) {}

      @Override
      public long asked(long size) {
        return size + 64;
      }
    };
  }

  /** The bounds that the run has set are taken away. */
  static Interlude takingBoundsAway() {
    return (random, newest) -> {
      ArenaConfig unbounded =
          ArenaControl.config().toBuilder()
              .maxFallbackBytes(Long.MAX_VALUE)
              .maxTotalBytes(Long.MAX_VALUE)
              .build();
      if (!ArenaControl.config().equals(unbounded)) {
        ArenaControl.configure(unbounded);
      }
    };
  }

  /** One attempt to get an arena is refused, of which the library does not know. */
  static Interlude refusingAnArena() throws InterruptedException {
    ArenaOverflowException refusal = refusalOfAnArena();
    AtomicBoolean refused = new AtomicBoolean();
    return new Interlude() {
      @Override
      public void run(RandomGenerator random, MemorySegment newest) {}

      @Override
      public ArenaScope open() {
        if (!ArenaControl.threadStats().filter(stats -> stats.usedBytes() > 0).isPresent()
            && refused.compareAndSet(false, true)) {
          throw refusal;
        }
        return ArenaControl.openScope();
      }
    };
  }

  /** An exception that was thrown, and counted, before a run. Changes the settings. */
  static ArenaOverflowException overflow() {
    ArenaControl.configure(Runs.arenas(64 << 10, OverflowStrategy.ERROR_RETURN));
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(TOO_MUCH);
      throw new IllegalStateException("a tebibyte was had");
    } catch (ArenaOverflowException e) {
      return e;
    }
  }

  private static ArenaOverflowException refusalOfAnArena() throws InterruptedException {
    ArenaControl.configure(Runs.boundedArenas(64 << 10, OverflowStrategy.ERROR_RETURN, 1));
    AtomicReference<@Nullable ArenaOverflowException> refusal = new AtomicReference<>();
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(64);
      Thread.ofPlatform()
          .start(() -> {
            try {
              ArenaControl.openScope().close();
            } catch (ArenaOverflowException e) {
              refusal.set(e);
            }
          })
          .join();
    }
    ArenaOverflowException thrown = refusal.get();
    if (thrown == null) {
      throw new IllegalStateException("a second arena was had");
    }
    return thrown;
  }
}
