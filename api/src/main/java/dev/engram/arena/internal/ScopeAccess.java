package dev.engram.arena.internal;

import dev.engram.arena.ArenaScope;
import dev.engram.arena.ffi.engram_arena_h;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What kernels need of a scope and the public API does not give. */
public final class ScopeAccess {
  private static volatile @Nullable Access installed;

  private ScopeAccess() {}

  /** What the package of {@link ArenaScope} keeps to itself. */
  public interface Access {
    /**
     * As {@link ScopeAccess#header}.
     *
     * @param scope the innermost open scope of the calling thread
     * @return an {@code engram_arena}
     */
    MemorySegment header(ArenaScope scope);

    /**
     * As {@link ScopeAccess#failure}.
     *
     * @param scope the innermost open scope of the calling thread
     * @return an {@code engram_failure}
     */
    MemorySegment failure(ArenaScope scope);

    /**
     * Why a call had no memory that wrote {@link #failure}.
     *
     * @param scope the innermost open scope of the calling thread
     * @return what to throw
     */
    RuntimeException refusal(ArenaScope scope);
  }

  /**
   * The header of a scope's arena, to hand to native code. Valid while the scope is open.
   *
   * @param scope the innermost open scope of the calling thread
   * @return an {@code engram_arena}
   * @throws WrongThreadException if the scope belongs to another thread
   * @throws IllegalStateException if the scope is closed or not the innermost
   */
  public static MemorySegment header(ArenaScope scope) {
    return access().header(scope);
  }

  /**
   * Room for why a native call on a scope's arena fails, until the next call on that arena.
   *
   * @param scope the innermost open scope of the calling thread
   * @return an {@code engram_failure}
   * @throws WrongThreadException if the scope belongs to another thread
   * @throws IllegalStateException if the scope is closed or not the innermost
   */
  public static MemorySegment failure(ArenaScope scope) {
    return access().failure(scope);
  }

  /**
   * Checks a call that can fail for want of memory only, since its arguments were checked before.
   *
   * @param scope the scope whose header and {@link #failure} the call was given
   * @param status what it returned
   * @param function its name, for the message
   * @throws dev.engram.arena.ArenaOverflowException if it had no memory
   * @throws IllegalStateException if it failed for another reason
   */
  public static void requireMemory(ArenaScope scope, int status, String function) {
    if (status == engram_arena_h.ENGRAM_ARENA_OVERFLOW()
        || status == engram_arena_h.ENGRAM_SYSTEM_ERROR()
        || status == engram_arena_h.ENGRAM_POOL_EXHAUSTED()) {
      throw access().refusal(scope);
    }
    Status.requireOk(status, function);
  }

  private static Access access() {
    // There is a scope, so its class has been initialised, which installed this.
    return Objects.requireNonNull(installed);
  }

  /**
   * Called by the class initialiser of {@link ArenaScope}, whose package keeps headers to itself.
   *
   * @param access answers from now on
   */
  public static void install(Access access) {
    installed = access;
  }
}
