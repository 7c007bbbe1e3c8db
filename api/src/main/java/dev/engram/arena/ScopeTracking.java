package dev.engram.arena;

import dev.engram.arena.internal.LogMessage;
import dev.engram.arena.internal.RateLimitedWarning;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Watches scopes for being abandoned, and reports those that are: never closed, and unreachable.
 *
 * <p>Of a scope that is sampled only the scope itself is watched, since a session that is handed to
 * code outside the compiled caller becomes garbage in every scope that is opened there, watched or
 * not. Its segments count as readable until its thread is gone, which only they and the thread
 * itself can reach. Once a scope of an arena was found to be abandoned, all later ones are watched
 * with their sessions: from then on memory that was set aside is given back as soon as nobody can
 * read it.
 */
final class ScopeTracking {
  /** Of so many scopes of an arena one is watched, beginning with the first. */
  static final int SAMPLING_INTERVAL = 4096;

  /** Runs what follows the end of a reachability. */
  private static final Cleaner CLEANER =
      Cleaner.create(Thread.ofPlatform().daemon().name("engram-arena-abandoned-scopes").factory());

  private static volatile RateLimitedWarning warning = RateLimitedWarning.ofProcess();

  private static volatile AbandonedScopes choice = AbandonedScopes.OFF;

  private ScopeTracking() {}

  /** For tests. */
  static void warnBy(RateLimitedWarning otherWarning) {
    warning = otherWarning;
  }

  static AbandonedScopes choice() {
    return choice;
  }

  /** Says how many scopes that are opened from now on are watched. */
  static void configure(AbandonedScopes newChoice) {
    if (choice != newChoice) {
      choice = newChoice;
      ThreadArenas.askAllToLookUp();
    }
  }

  /**
   * The scope count at which the next scope is to be watched.
   *
   * @param scopeCount the count at the one that is opened now
   * @param all whether all of the arena's scopes are to be watched, if any
   */
  static long nextAfter(long scopeCount, boolean all) {
    return switch (choice) {
      case OFF -> Long.MAX_VALUE;
      case SAMPLED -> all ? Long.MIN_VALUE : scopeCount + SAMPLING_INTERVAL;
      case ALL -> Long.MIN_VALUE;
    };
  }

  /**
   * Begins to watch a scope that is about to be opened.
   *
   * @return what the scope is to hold, or null if none is watched
   */
  static TrackedScope.@Nullable Token track(NativeArena arena, boolean all) {
    AbandonedScopes now = choice;
    if (now == AbandonedScopes.OFF) {
      return null;
    }
    TrackedScope scope =
        new TrackedScope(
            arena, new Throwable("Opened here, by thread " + Thread.currentThread().getName()));
    boolean withSession = all || now == AbandonedScopes.ALL;
    TrackedScope.SessionToken ofSession = withSession ? new TrackedScope.SessionToken() : null;
    TrackedScope.Token token = new TrackedScope.Token(scope, ofSession);
    scope.watch = CLEANER.register(token, () -> becameUnreachable(scope));
    if (ofSession != null) {
      scope.sessionWatch = CLEANER.register(ofSession, () -> becameUnreadable(scope));
    }
    return token;
  }

  /** Ends the watch of a scope that has been closed. */
  static void forget(TrackedScope scope) {
    Cleaner.Cleanable watch = scope.watch;
    if (watch != null) {
      watch.clean();
    }
    watch = scope.sessionWatch;
    if (watch != null) {
      watch.clean();
    }
  }

  /** Finds out when an abandoned scope's segments are unreachable. For its thread. */
  static void watchSegments(TrackedScope scope) {
    if (scope.sessionWatch == null) {
      scope.sessionWatch = CLEANER.register(Thread.currentThread(), () -> becameUnreadable(scope));
    }
  }

  private static void becameUnreachable(TrackedScope scope) {
    // Else it has been closed, or its opening failed.
    if (scope.isOpen) {
      scope.becameUnreachable();
      ArenaHeader.askToLookUp(scope.arena.header());
      warning.happened(1, LogMessage.SCOPES_ABANDONED::text, scope.opening);
    }
  }

  private static void becameUnreadable(TrackedScope scope) {
    if (scope.isOpen) {
      scope.becameUnreadable();
      ArenaHeader.askToLookUp(scope.arena.header());
    }
  }
}
