package dev.engram.arena.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;

/** A scope, from its opening to its close. */
@Name("dev.engram.arena.Scope")
@Label("Arena Scope")
@Category({"Engram", "Arena"})
@Description("A scope from its opening to its close, recorded as it closes")
@Enabled(false)
@StackTrace(false)
@Throttle
final class ScopeEvent extends Event {
  @Label("Size")
  @Description(
      "Bytes given back, alignment gaps, scopes inside this one and kernels' scratch included")
  @DataAmount
  long bytes;

  @Label("Depth")
  @Description("Marks open in the arena with this scope: 1 if it is an outermost one")
  int depth;

  @Label("Virtual Thread")
  @Description("Whether the thread is virtual, and so leases its arena")
  boolean virtualThread;

  void closed(long bytes, int depth, boolean virtualThread) {
    this.bytes = bytes;
    this.depth = depth;
    this.virtualThread = virtualThread;
    commit();
  }
}
