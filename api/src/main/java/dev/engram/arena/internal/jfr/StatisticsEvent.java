package dev.engram.arena.internal.jfr;

import dev.engram.arena.ArenaStats;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** {@link ArenaStats}, which says more of each figure. */
@Name("dev.engram.arena.Statistics")
@Label("Arena Statistics")
@Category({"Engram", "Arena"})
@Description("Totals of all arenas since the metrics were last reset, and gauges of the moment")
@Period("1 s")
@StackTrace(false)
final class StatisticsEvent extends Event {
  @Label("Epoch")
  @Description("Number of metric resets so far; totals of different epochs cannot be compared")
  final long epoch;

  @Label("Scopes")
  @Description("Scopes opened, those that kernels open for themselves included")
  final long totalScopes;

  @Label("Resets")
  @Description("Arenas emptied that held something")
  final long totalResets;

  @Label("Allocated")
  @Description("Bytes given back, alignment gaps included")
  @DataAmount
  final long totalAllocatedBytes;

  @Label("Failed Overflows")
  @Description("Allocations that did not fit and failed")
  final long overflowErrors;

  @Label("Served Overflows")
  @Description("Allocations that did not fit and were served from the system")
  final long overflowFallbacks;

  @Label("Served From System")
  @Description("Bytes asked for by the allocations that were served from the system")
  @DataAmount
  final long fallbackBytes;

  @Label("Abandoned Scopes")
  @Description("Scopes that nobody closed")
  final long totalAbandoned;

  @Label("Refused Arenas")
  @Description("Scopes that could not be opened for want of memory")
  final long totalRefusedArenas;

  @Label("Failed Remaps")
  @Description("Arenas that kept the region they had, since there was none for new settings")
  final long totalFailedRemaps;

  @Label("Highest High-Water Mark")
  @Description("The most bytes that any one arena had in use")
  @DataAmount
  final long maxHighWaterMarkBytes;

  @Label("Arenas")
  @Description("Arenas that have a region now, idle leased ones included")
  final long liveArenas;

  @Label("Reserved")
  @Description("Address space of those regions; memory is used only for what was touched")
  @DataAmount
  final long reservedBytes;

  @Label("Used")
  @Description("Bytes in use in those regions")
  @DataAmount
  final long usedBytes;

  @Label("Fallback Memory")
  @Description("Bytes held from the system for allocations that did not fit")
  @DataAmount
  final long heldFallbackBytes;

  @Label("Touched")
  @Description("Physical memory that those regions hold, an estimate")
  @DataAmount
  final long touchedBytes;

  @Label("Quarantined")
  @Description("Address space of abandoned scopes that may still be read")
  @DataAmount
  final long quarantinedBytes;

  @Label("Huge Pages Refused")
  @Description("Why the system last refused explicit huge pages; empty if it did not")
  final String hugePagesRefusal;

  StatisticsEvent(ArenaStats stats) {
    epoch = stats.epoch();
    totalScopes = stats.totalScopes();
    totalResets = stats.totalResets();
    totalAllocatedBytes = stats.totalAllocatedBytes();
    overflowErrors = stats.overflowErrors();
    overflowFallbacks = stats.overflowFallbacks();
    fallbackBytes = stats.fallbackBytes();
    totalAbandoned = stats.totalAbandoned();
    totalRefusedArenas = stats.totalRefusedArenas();
    totalFailedRemaps = stats.totalFailedRemaps();
    maxHighWaterMarkBytes = stats.maxHighWaterMarkBytes();
    liveArenas = stats.liveArenas();
    reservedBytes = stats.reservedBytes();
    usedBytes = stats.usedBytes();
    heldFallbackBytes = stats.heldFallbackBytes();
    touchedBytes = stats.touchedBytes();
    quarantinedBytes = stats.quarantinedBytes();
    hugePagesRefusal = stats.hugePagesRefusal().orElse("");
  }
}
