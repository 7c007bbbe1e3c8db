package dev.engram.arena.kernels;

import dev.engram.arena.ArenaControl;

/** For native calls that need no scope, whose opening would load the library. */
final class LoadedLibrary {
  /** Set for good: settings that were applied once stay in force until they are replaced. */
  private static volatile boolean loaded;

  private LoadedLibrary() {}

  /**
   * Loads the library and applies the settings, if that is still to be done.
   *
   * @throws IllegalArgumentException if a setting is malformed, on every call until it is mended
   * @throws UnsatisfiedLinkError if the library cannot be loaded; a later call tries again
   */
  static void require() {
    if (!loaded) {
      ArenaControl.cpuLevel();
      loaded = true;
    }
  }
}
