package dev.engram.arena;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Opens scopes, and configures and watches the arenas of the process. Every method may be called by
 * any thread at any time.
 *
 * <p>Static, because what it controls is one per loaded native library. The first use of any method
 * but {@link #configure} and {@link #onOverflow} applies the settings that {@link ArenaConfig} and
 * {@link CpuLevel} describe. Where one of them is malformed it is refused with an {@link
 * IllegalArgumentException}, on every use until it is mended. Where the native library cannot be
 * loaded every method but {@link #onOverflow} throws {@link UnsatisfiedLinkError}, whose message
 * says what was tried and what to do.
 */
public final class ArenaControl {
  private static final ArenaGroup GROUP = new ArenaGroup(SettingsSource.PROCESS);

  private ArenaControl() {}

  /**
   * Changes the settings. Arenas made from now on have them; an existing one takes them on when its
   * thread next opens an outermost scope, and scopes that are open finish on what they have. Only
   * the bounds on memory apply to them at once, to what is asked for from then on. Where the system
   * has no region for new settings an arena keeps the one it has, which {@link
   * ArenaStats#totalFailedRemaps()} counts and a warning says, at most one every ten seconds.
   *
   * @param config the new settings
   * @throws IllegalArgumentException if the system cannot reserve an arena of that size; the
   *     settings stay as they were
   */
  public static void configure(ArenaConfig config) {
    GROUP.configure(Objects.requireNonNull(config, "config"));
  }

  /**
   * The settings in force.
   *
   * @return what {@link #configure} was last given, or else what the first use found
   */
  public static ArenaConfig config() {
    return GROUP.config();
  }

  /**
   * Totals and gauges of all arenas.
   *
   * @return a snapshot of this moment
   */
  public static ArenaStats stats() {
    return GROUP.stats();
  }

  /**
   * The arenas one by one: those of threads, those that wait for virtual threads, and the regions
   * in quarantine. Taken without stopping anyone. Where threads come and go meanwhile, one that
   * began or ended may be in it or not.
   *
   * @return an immutable list, by {@linkplain ArenaUsage#slot() slots}. Of those in it that have a
   *     region and are not quarantined {@link ArenaStats#liveArenas()} is the number
   */
  public static List<ArenaUsage> arenas() {
    return GROUP.arenas();
  }

  /**
   * All arenas to look at, with their totals: {@code System.out.println(ArenaControl.report())}
   * prints a table.
   *
   * @return {@link #stats} and {@link #arenas}
   */
  public static ArenaReport report() {
    return new ArenaReport(stats(), arenas());
  }

  /**
   * The CPU level that kernels run at.
   *
   * @return the highest that runs here, unless {@code engram.kernels.level} forces a lower one
   */
  public static CpuLevel cpuLevel() {
    return GROUP.cpuLevel();
  }

  /**
   * The state of the calling thread's arena: its own, or on a virtual thread the one that its open
   * scopes lease. Makes none.
   *
   * @return a snapshot of this moment, empty if the thread has no arena
   */
  public static Optional<ThreadArenaStats> threadStats() {
    return GROUP.threadStats();
  }

  /**
   * Asks that every arena without an open scope be rewound to empty; one that was not empty counts
   * a reset. The calling thread's own arena is served at once, as are those that no thread holds;
   * another's when it next opens an outermost scope. Scopes need no such help: this is for what
   * native code allocated outside any scope.
   *
   * @throws IllegalStateException if the calling thread has scopes open; nothing was asked of
   *     anyone
   */
  public static void resetArenas() {
    GROUP.resetArenas();
  }

  /**
   * Gives the physical memory that arenas do not use back to the system. Their address space stays
   * reserved, and memory comes back as it is touched. Arenas that no thread holds are served at
   * once, and so are those of threads that have no scope open where the system can order memory
   * across processors; others when their thread next opens an outermost scope. Explicit huge pages
   * stay.
   *
   * @return the bytes of physical memory that were given back at once, estimated as {@link
   *     ArenaStats#touchedBytes()}
   */
  public static long trim() {
    return GROUP.trim();
  }

  /**
   * Registers a listener for overflows of all arenas.
   *
   * @param listener what to call; one that is registered twice is called twice
   * @return the registration, to be closed when the listener is to be called no more
   */
  public static OverflowListener.Registration onOverflow(OverflowListener listener) {
    return OverflowListeners.PROCESS.add(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Starts a new {@linkplain ArenaStats#epoch() epoch}: totals count from 0, and high-water marks
   * start again from what is in use.
   */
  public static void resetMetrics() {
    GROUP.resetMetrics();
  }

  /**
   * Opens a scope on the calling thread's arena, inside the scopes that the thread has open. A
   * platform thread's first scope makes its arena, which is given back when the thread ends; a
   * virtual thread's outermost scope leases one, which is given back when that scope closes. A
   * virtual thread that ends without closing it loses it to those that need one later.
   *
   * @return a scope, to be closed by the same thread, before the scopes that were opened before it
   * @throws ArenaOverflowException if there is no arena for this thread: {@link
   *     ArenaConfig#maxTotalBytes()} is reached and no idle arena has memory to give, or the system
   *     refuses to reserve one; a later call tries again. Under {@link OverflowStrategy#FALLBACK}
   *     the bound is no failure of this call: the scope has no region, and what is allocated in it
   *     overflows
   */
  public static ArenaScope openScope() {
    return GROUP.openScope();
  }
}
