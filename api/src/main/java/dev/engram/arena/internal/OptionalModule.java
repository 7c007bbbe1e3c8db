package dev.engram.arena.internal;

import java.util.Optional;

/** Modules of the JDK that the library uses where they are there. */
public final class OptionalModule {
  private OptionalModule() {}

  /**
   * Whether classes of a module can be used here.
   *
   * @param name of a module of the JDK
   * @return whether this JVM has it, and this library reads it
   */
  public static boolean isThere(String name) {
    Optional<Module> module = ModuleLayer.boot().findModule(name);
    return module.isPresent() && OptionalModule.class.getModule().canRead(module.get());
  }
}
