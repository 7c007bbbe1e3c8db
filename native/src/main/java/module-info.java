/**
 * Carries the native library as resources. Its folders have names that are no package names, so the
 * bindings may read them; the descriptor is here for the name, which could not be derived from that
 * of the jar.
 */
module dev.engram.arena.natives {}
