package dev.engram.arena.management;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaState;
import dev.engram.arena.ArenaUsage;
import java.util.List;
import java.util.Map;

/**
 * The arenas of the process as JMX shows them, under the name {@value ArenaManagement#NAME}. Every
 * figure is that of {@link ArenaControl}; reading them stops no one.
 *
 * <p><b>Usage threshold.</b> What it watches is the fullest arena: an operator gives arenas more
 * capacity, and the time to do so is before one of them overflows, however little all of them hold
 * together. It goes by high-water marks, since what is in use changes within microseconds. Once
 * {@link #getUsagePercent()} has reached the threshold it is exceeded until all arenas are below it
 * again: when those that were fuller are gone or {@linkplain #trim() trimmed}, or after {@link
 * #resetMetrics()}. Each time that it becomes exceeded counts, and sends a notification of the type
 * {@value #USAGE_THRESHOLD_EXCEEDED} whose user data is the {@link ArenaUsage} of the fullest
 * arena, as composite data. Usage is looked at once a second while a threshold is set and someone
 * listens to the bean, and else when one of these attributes is read: arenas at work pay nothing
 * for it.
 */
public interface ArenaMXBean {
  /** Type of the notification that the usage threshold was exceeded. */
  String USAGE_THRESHOLD_EXCEEDED = "dev.engram.arena.usage.threshold.exceeded";

  /**
   * Totals and gauges of all arenas, in one snapshot.
   *
   * @return {@link ArenaControl#stats()}
   */
  ArenaTotals getStats();

  /**
   * The arenas one by one.
   *
   * @return {@link ArenaControl#arenas()}; each {@link ArenaState} is written as its name
   */
  List<ArenaUsage> getArenas();

  /**
   * The settings in force.
   *
   * @return their values by the names of their system properties, as {@link
   *     ArenaConfig#toProperties()}
   */
  Map<String, String> getSettings();

  /**
   * Changes one setting; the others stay. As {@link ArenaControl#configure}: arenas take it on when
   * they are next empty. It reads the settings and replaces all of them, so what code configures at
   * the same moment may be lost.
   *
   * @param setting name of its system property, for instance {@code engram.arena.size}
   * @param value what it is to be, written as there, for instance {@code 4m}
   * @throws IllegalArgumentException naming setting, value and what is allowed; the settings stay
   *     as they were
   */
  void configure(String setting, String value);

  /**
   * Gives the physical memory that arenas do not use back to the system.
   *
   * @return bytes that were given back at once, as {@link ArenaControl#trim()}
   */
  long trim();

  /** Empties arenas outside of scopes, as {@link ArenaControl#resetArenas()}. */
  void resetArenas();

  /** Starts a new epoch: totals count from 0, high-water marks restart. */
  void resetMetrics();

  /**
   * The arenas as a table.
   *
   * @return the text of {@link ArenaControl#report()}
   */
  String report();

  /**
   * How full the fullest arena is or has been, by high-water marks: those of arenas that are there
   * now, in this epoch.
   *
   * @return percent of its capacity, rounded down; above 100 while something is in use that
   *     overflowed
   */
  int getUsagePercent();

  /**
   * The usage threshold.
   *
   * @return percent of an arena's capacity, or 0 if none is set
   */
  int getUsageThresholdPercent();

  /**
   * Sets the usage threshold, which is not exceeded until usage is next looked at; the count goes
   * on.
   *
   * @param percent 1 to 100, of an arena's capacity; 0 for no threshold, which is the default
   * @throws IllegalArgumentException if it is none of these
   */
  void setUsageThresholdPercent(int percent);

  /**
   * Whether the fullest arena has reached the threshold.
   *
   * @return false if no threshold is set
   */
  boolean isUsageThresholdExceeded();

  /**
   * How often the threshold became exceeded.
   *
   * @return a count since the bean was registered
   */
  long getUsageThresholdCount();
}
