package dev.engram.arena;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a scope that is watched for being abandoned. It is held by the scope's arena and
 * holds neither the scope nor its session; {@link Token} is what they hold.
 *
 * <p>The fields without a synchronised access are the owner's, as those of {@link NativeArena} are.
 */
final class TrackedScope {
  /** Held by the scope only: once it is unreachable the scope can no longer be closed. */
  static final class Token {
    final TrackedScope scope;

    /** For the scope's session to hold, or null if it is not to hold one. */
    final @Nullable SessionToken ofSession;

    Token(TrackedScope scope, @Nullable SessionToken ofSession) {
      this.scope = scope;
      this.ofSession = ofSession;
    }
  }

  /**
   * Held by the session, and by the scope's token: once it is unreachable no segment of the scope
   * can be read any more.
   */
  static final class SessionToken implements Consumer<MemorySegment> {
    /** The session closes, and its segments are dead. That the scope does all that is needed. */
    @Override
    public void accept(MemorySegment ignored) {}
  }

  final NativeArena arena;

  /** Where and by whom the scope was opened. */
  final Throwable opening;

  // Set when the scope has been opened.
  @Nullable TrackedScope outer;
  int depth;
  int outerDepth;
  long startOffset;
  long startFallbackPosition;

  /** Read by the cleaner, to which a moment early or late makes no difference. */
  volatile boolean isOpen;

  /** What stops watching the scope. */
  Cleaner.@Nullable Cleanable watch;

  /** What stops watching its segments; null while they are not watched. */
  Cleaner.@Nullable Cleanable sessionWatch;

  private boolean unreachable;
  private boolean unreadable;
  private @Nullable Runnable onUnreadable;

  TrackedScope(NativeArena arena, Throwable opening) {
    this.arena = arena;
    this.opening = opening;
  }

  /**
   * Becomes its arena's innermost tracked scope. Calls nothing, so that all of it is done or, by a
   * stack overflow, nothing.
   *
   * @param outerDepth the depth of the scope around it, 0 if there is none
   * @param depth its own
   * @param startOffset the arena's offset
   * @param startFallbackPosition the arena's bytes in use in chunks
   */
  void open(int outerDepth, int depth, long startOffset, long startFallbackPosition) {
    this.outerDepth = outerDepth;
    this.depth = depth;
    this.startOffset = startOffset;
    this.startFallbackPosition = startFallbackPosition;
    outer = arena.innermostTracked;
    isOpen = true;
    arena.innermostTracked = this;
  }

  /** Whether nobody can close it. */
  synchronized boolean isUnreachable() {
    return unreachable;
  }

  synchronized void becameUnreachable() {
    unreachable = true;
  }

  /** Whether nobody can read its segments. */
  synchronized boolean isUnreadable() {
    return unreadable;
  }

  void becameUnreadable() {
    Runnable action;
    synchronized (this) {
      unreadable = true;
      action = onUnreadable;
      onUnreadable = null;
    }
    if (action != null) {
      action.run();
    }
  }

  /** Runs {@code action} once nobody can read the segments, which may be at once. */
  void whenUnreadable(Runnable action) {
    synchronized (this) {
      if (!unreadable) {
        onUnreadable = action;
        return;
      }
    }
    action.run();
  }
}
