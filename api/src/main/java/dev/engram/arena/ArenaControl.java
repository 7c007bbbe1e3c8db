package dev.engram.arena;

import java.util.Objects;
import java.util.Optional;

/**
 * Opens scopes, and configures and watches the arenas of the process. Every method may be called by
 * any thread at any time.
 *
 * <p>Static, because what it controls is one per loaded native library. The first use of any method
 * but {@link #configure} applies the settings that {@link ArenaConfig} describes. Where one of them
 * is malformed it is refused with an {@link IllegalArgumentException}, on every use until it is
 * mended. Where the native library cannot be loaded every method throws {@link
 * UnsatisfiedLinkError}, whose message says what was tried and what to do.
 */
public final class ArenaControl {
  private static final ArenaGroup GROUP = new ArenaGroup(SettingsSource.PROCESS);

  private ArenaControl() {}

  /**
   * Changes the settings. Arenas made from now on have them; an existing one takes them on when its
   * thread next opens an outermost scope, and scopes that are open finish on what they have.
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
   * a reset. The calling thread's own arena and idle ones are served at once, another thread's when
   * it next opens an outermost scope. Scopes need no such help: this is for what native code
   * allocated outside any scope.
   *
   * @throws IllegalStateException if the calling thread has scopes open; nothing was asked of
   *     anyone
   */
  public static void resetArenas() {
    GROUP.resetArenas();
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
   * virtual thread that ends without closing it keeps its arena from every other.
   *
   * @return a scope, to be closed by the same thread, before the scopes that were opened before it
   * @throws ArenaOverflowException if the system refuses to reserve an arena; a later call tries
   *     again
   */
  public static ArenaScope openScope() {
    return GROUP.openScope();
  }
}
