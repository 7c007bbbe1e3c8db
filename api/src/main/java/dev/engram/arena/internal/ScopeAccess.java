package dev.engram.arena.internal;

import dev.engram.arena.ArenaScope;
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
     * Tells of what overflowed in a call that was given {@link #failure}, and throws if it had no
     * memory.
     *
     * @param scope the innermost open scope of the calling thread
     * @param status what the call returned
     */
    void kernelReturned(ArenaScope scope, int status);
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
   * Room for why a kernel fails that is called next on a scope's arena, until the next call on that
   * arena. {@link #requireMemory} is to follow.
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
   * Checks that a kernel had memory for its scratch, and tells of what did not fit the arena.
   *
   * @param scope the scope whose header and {@link #failure} the kernel was given
   * @param status what it returned
   * @return the status, which tells of no want of memory
   * @throws dev.engram.arena.ArenaOverflowException if it had no memory
   */
  public static int requireMemory(ArenaScope scope, int status) {
    access().kernelReturned(scope, status);
    return status;
  }

  /**
   * Checks a kernel that can fail for want of memory only, since its arguments were checked before.
   *
   * @param scope the scope whose header and {@link #failure} the kernel was given
   * @param status what it returned
   * @param function its name, for the message
   * @throws dev.engram.arena.ArenaOverflowException if it had no memory
   * @throws IllegalStateException if it failed for another reason
   */
  public static void requireMemory(ArenaScope scope, int status, String function) {
    Status.requireOk(requireMemory(scope, status), function);
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
