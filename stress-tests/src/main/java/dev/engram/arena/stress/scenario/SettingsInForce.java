package dev.engram.arena.stress.scenario;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Which settings were last applied, so that a thread can tell whether a scope was opened under
 * them. One thread changes them; any may look.
 */
final class SettingsInForce {
  /** A change that is over. Two of the same settings are different. */
  private static final class Change {
    private final ArenaConfig config;

    Change(ArenaConfig config) {
      this.config = config;
    }
  }

  /** Null while settings are being changed. */
  private final AtomicReference<@Nullable Change> latest = new AtomicReference<>();

  private final AtomicLong changes = new AtomicLong();
  private final AtomicLong looks = new AtomicLong();
  private final AtomicReference<@Nullable String> firstFault = new AtomicReference<>();

  SettingsInForce(ArenaConfig config) {
    latest.set(new Change(config));
  }

  /** An outermost scope that is opened, looked at and closed. */
  interface FreshArena {
    /** Its capacity in bytes. */
    long capacityBytes();
  }

  void change(ArenaConfig config) {
    latest.set(null);
    ArenaControl.configure(config);
    changes.incrementAndGet();
    latest.set(new Change(config));
  }

  /** Looks whether an arena without open scopes has the settings in force. */
  void check(FreshArena arena) {
    Change before = latest.get();
    long capacity = arena.capacityBytes();
    if (before == null || before != latest.get()) {
      return;
    }
    looks.incrementAndGet();
    long expected = before.config.poolSizeBytes();
    if (capacity != expected) {
      firstFault.compareAndSet(
          null, "an arena of %d bytes, when %d were in force".formatted(capacity, expected));
    }
  }

  Invariant areTakenOn() {
    String fault = firstFault.get();
    return new Invariant(
        "an arena has the settings in force at its next outermost scope",
        fault == null && looks.get() > 0 && changes.get() > 0,
        fault == null
            ? String.format(
                Locale.ROOT,
                "%,d scopes between %,d changes of the settings",
                looks.get(),
                changes.get())
            : fault);
  }
}
