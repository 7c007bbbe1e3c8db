package dev.engram.arena.internal.jfr;

import dev.engram.arena.ArenaConfig;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** The {@link ArenaConfig} in force. */
@Name("dev.engram.arena.Configuration")
@Label("Arena Configuration")
@Category({"Engram", "Arena"})
@Description("The settings of arenas that are in force")
@Period("endChunk")
@StackTrace(false)
final class ConfigurationEvent extends Event {
  @Label("Pool Size")
  @Description("Capacity of each arena")
  @DataAmount
  final long poolSizeBytes;

  @Label("Overflow Strategy")
  @Description("What happens to an allocation that does not fit")
  final String overflowStrategy;

  @Label("Most Fallback Memory")
  @Description("Bound on what is served from the system")
  @DataAmount
  final long maxFallbackBytes;

  @Label("Most Memory")
  @Description("Bound on all arenas and fallback memory together; 2^63 - 1 if there is none")
  @DataAmount
  final long maxTotalBytes;

  @Label("Huge Pages")
  @Description("Which pages of an arena are huge")
  final String hugePages;

  @Label("Zero On Reset")
  @Description("Whether what was used is wiped as it is given back")
  final boolean zeroOnReset;

  @Label("Pre-Touch")
  @Description("Whether arenas have all their physical memory from the start")
  final boolean preTouch;

  @Label("Abandoned Scopes")
  @Description("Which scopes are watched for never being closed")
  final String abandonedScopes;

  ConfigurationEvent(ArenaConfig config) {
    poolSizeBytes = config.poolSizeBytes();
    overflowStrategy = config.overflow().name();
    maxFallbackBytes = config.maxFallbackBytes();
    maxTotalBytes = config.maxTotalBytes();
    hugePages = config.hugePages().name();
    zeroOnReset = config.zeroOnReset();
    preTouch = config.preTouch();
    abandonedScopes = config.abandonedScopes().name();
  }
}
