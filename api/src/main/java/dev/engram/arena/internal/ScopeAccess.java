package dev.engram.arena.internal;

import dev.engram.arena.ArenaScope;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What kernels need of a scope and the public API does not give. */
public final class ScopeAccess {
  private static volatile @Nullable Function<ArenaScope, MemorySegment> headerOfScope;

  private ScopeAccess() {}

  /**
   * The header of a scope's arena, to hand to native code. Valid while the scope is open.
   *
   * @param scope the innermost open scope of the calling thread
   * @return an {@code engram_arena}
   * @throws WrongThreadException if the scope belongs to another thread
   * @throws IllegalStateException if the scope is closed or not the innermost
   */
  public static MemorySegment header(ArenaScope scope) {
    // There is a scope, so its class has been initialised, which installed this.
    return Objects.requireNonNull(headerOfScope).apply(scope);
  }

  /**
   * Called by the class initialiser of {@link ArenaScope}, whose package keeps headers to itself.
   *
   * @param access what {@link #header} asks
   */
  public static void install(Function<ArenaScope, MemorySegment> access) {
    headerOfScope = access;
  }
}
