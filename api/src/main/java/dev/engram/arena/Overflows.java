package dev.engram.arena;

/** Tells whoever wants to know that allocations did not fit their arena. */
final class Overflows {
  private Overflows() {}

  /** Of what was served from the system. */
  static void served(ArenaOverflow overflow) {
    FlightEvents.overflowed(overflow);
    OverflowWarning.PROCESS.servedFromSystem(overflow);
    OverflowListeners.PROCESS.fire(overflow);
  }

  /** Of what fails. */
  static void refused(ArenaOverflow overflow) {
    FlightEvents.overflowed(overflow);
    OverflowListeners.PROCESS.fire(overflow);
  }
}
