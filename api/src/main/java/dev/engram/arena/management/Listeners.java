package dev.engram.arena.management;

import dev.engram.arena.internal.LogMessage;
import dev.engram.arena.internal.RateLimitedWarning;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;
import org.jspecify.annotations.Nullable;

/**
 * Who listens to the bean. What {@link javax.management.NotificationBroadcasterSupport} does not
 * tell is whether anyone does. Thread-safe.
 */
final class Listeners {
  private final RateLimitedWarning warning = RateLimitedWarning.ofProcess();

  private record Entry(
      NotificationListener listener,
      @Nullable NotificationFilter filter,
      @Nullable Object handback) {}

  private final List<Entry> entries = new CopyOnWriteArrayList<>();

  void add(
      NotificationListener listener,
      @Nullable NotificationFilter filter,
      @Nullable Object handback) {
    entries.add(new Entry(Objects.requireNonNull(listener, "listener"), filter, handback));
  }

  /** Removes a listener with whatever filters and handbacks it has. */
  void remove(NotificationListener listener) throws ListenerNotFoundException {
    requireFound(entries.removeIf(entry -> entry.listener.equals(listener)));
  }

  /** Removes a listener that was added with these, once. */
  void remove(
      NotificationListener listener, @Nullable NotificationFilter filter, @Nullable Object handback)
      throws ListenerNotFoundException {
    requireFound(entries.remove(new Entry(listener, filter, handback)));
  }

  private static void requireFound(boolean found) throws ListenerNotFoundException {
    if (!found) {
      throw new ListenerNotFoundException("This listener is not registered");
    }
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  void clear() {
    entries.clear();
  }

  /** Tells everyone. What one of them throws keeps it from nobody else. */
  void send(Notification notification) {
    for (Entry entry : entries) {
      try {
        if (entry.filter == null || entry.filter.isNotificationEnabled(notification)) {
          entry.listener.handleNotification(notification, entry.handback);
        }
      } catch (Throwable e) {
        // Whatever it is: others are to be told, and told again.
        warning.happened(
            1,
            count -> LogMessage.JMX_LISTENER_THREW.text(count, entry.listener.getClass().getName()),
            e);
      }
    }
  }
}
