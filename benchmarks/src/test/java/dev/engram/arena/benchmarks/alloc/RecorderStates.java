package dev.engram.arena.benchmarks.alloc;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;

/** Says after a scope whether there is a flight recorder, and which of two events it records. */
final class RecorderStates {
  private RecorderStates() {}

  public static void main(String[] arguments) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(1);
    }
    if (ModuleLayer.boot().findModule("jdk.jfr").isEmpty()) {
      System.out.println("no recorder");
    } else if (!FlightRecorder.isInitialized()) {
      System.out.println("no recording");
    } else {
      FlightRecorder.getFlightRecorder().getEventTypes().stream()
          .filter(EventType::isEnabled)
          .map(EventType::getName)
          .filter(name -> name.matches("dev\\.engram\\.arena\\.(Scope|Statistics)"))
          .sorted()
          .forEach(System.out::println);
    }
  }
}
