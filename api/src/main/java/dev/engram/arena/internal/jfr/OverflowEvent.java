package dev.engram.arena.internal.jfr;

import dev.engram.arena.ArenaOverflow;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

/** An {@link ArenaOverflow}. */
@Name("dev.engram.arena.Overflow")
@Label("Arena Overflow")
@Category({"Engram", "Arena"})
@Description(
    "An allocation that did not fit its arena. Those that one kernel call made for itself and that"
        + " were served are one event")
@Throttle
final class OverflowEvent extends Event {
  @Label("Strategy")
  @Description("The arena's overflow strategy")
  String strategy = "";

  @Label("Served From System")
  @Description("Whether the system gave the memory; otherwise an exception was thrown")
  boolean served;

  @Label("Allocated By")
  @Description("Java, or a kernel for its scratch")
  String allocatedBy = "";

  @Label("Allocations")
  @Description("How many did not fit")
  long allocations;

  @Label("Requested Size")
  @Description("What these allocations asked for together")
  @DataAmount
  long requestedBytes;

  @Label("Available Size")
  @Description("What was left of the arena")
  @DataAmount
  long availableBytes;

  @Label("Arena Capacity")
  @Description("0 if the arena had no region, since the bound on all memory is reached")
  @DataAmount
  long capacityBytes;

  void tell(ArenaOverflow overflow) {
    strategy = overflow.strategy().name();
    served = overflow.served();
    allocatedBy = overflow.ofKernel() ? "kernel" : "Java";
    allocations = overflow.allocations();
    requestedBytes = overflow.requestedBytes();
    availableBytes = overflow.availableBytes();
    capacityBytes = overflow.capacityBytes();
  }
}
