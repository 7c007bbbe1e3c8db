/**
 * The Java view of the native library's interface, and the loader of that library. Not for users of
 * Engram Arena.
 */
module dev.engram.arena.bindings {
  requires dev.engram.arena.natives;
  requires static org.jspecify;

  exports dev.engram.arena.ffi to
      dev.engram.arena;
}
