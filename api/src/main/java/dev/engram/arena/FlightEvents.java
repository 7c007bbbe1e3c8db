package dev.engram.arena;

import dev.engram.arena.internal.OptionalModule;
import dev.engram.arena.internal.jfr.FlightRecorderEvents;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK's Flight Recorder is told. Where it is absent, or was never switched on, nothing of
 * it is loaded. Thread-safe.
 */
final class FlightEvents implements FlightRecorderEvents.Source {
  /** Of all arenas. */
  private static final FlightEvents PROCESS = new FlightEvents();

  /** Null until the recorder is first switched on. */
  private static volatile FlightRecorderEvents.@Nullable Sink sink;

  private static volatile boolean recordingScopes;

  private FlightEvents() {}

  /**
   * Has the recorder know of the events from now on. To be called when the native library has its
   * settings, as often as one likes.
   */
  static void install() {
    if (OptionalModule.isThere("jdk.jfr")) {
      FlightRecorderEvents.offer(PROCESS);
    }
  }

  static void overflowed(ArenaOverflow overflow) {
    FlightRecorderEvents.Sink now = sink;
    if (now != null) {
      now.overflowed(overflow);
    }
  }

  /** Whether arenas are to tell of each scope, which has them take the slow way. */
  static boolean areScopesRecorded() {
    return recordingScopes;
  }

  /** A scope of the calling thread is about to open. Null if it is not recorded. */
  static FlightRecorderEvents.@Nullable OpenScope scopeOpens() {
    FlightRecorderEvents.Sink now = recordingScopes ? sink : null;
    return now == null ? null : now.scopeOpens();
  }

  @Override
  public ArenaStats stats() {
    return NativeStats.read();
  }

  @Override
  public ArenaConfig config() {
    return NativeConfig.read(ScopeTracking.choice());
  }

  @Override
  public void startTelling(FlightRecorderEvents.Sink to) {
    sink = to;
  }

  @Override
  public void recordScopes(boolean on) {
    if (recordingScopes != on) {
      recordingScopes = on;
      if (on) {
        // Arenas that are not recorded any more find out by themselves.
        ThreadArenas.askAllToLookUp();
      }
    }
  }
}
