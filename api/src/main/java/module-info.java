/**
 * Native scratch memory for each thread, shared by Java and native kernels, and kernels that run in
 * it.
 */
@org.jspecify.annotations.NullMarked
module dev.engram.arena {
  requires static jdk.jfr;
  requires static jdk.management;
  requires static transitive java.management;
  requires static org.jspecify;
  requires dev.engram.arena.bindings;

  exports dev.engram.arena;
  exports dev.engram.arena.kernels;
  exports dev.engram.arena.management;
}
