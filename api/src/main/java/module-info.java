/**
 * Native scratch memory for each thread, shared by Java and native kernels, and kernels that run in
 * it.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic") // Micrometer has a fixed module name, but no descriptor.
module dev.engram.arena {
  requires static jdk.jfr;
  requires static jdk.management;
  requires static transitive java.management;
  // Not transitive, though a class that is exported shows types of it: then no module could be
  // compiled against this one where Micrometer is not.
  requires static micrometer.core;
  requires static org.jspecify;
  requires dev.engram.arena.bindings;

  exports dev.engram.arena;
  exports dev.engram.arena.kernels;
  exports dev.engram.arena.management;
  exports dev.engram.arena.micrometer;
}
