package dev.engram.arena.management;

import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaState;
import dev.engram.arena.ArenaUsage;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanRegistration;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** The managed bean. Thread-safe. */
final class ArenaManager implements ArenaMXBean, NotificationEmitter, MBeanRegistration {
  /** So that 29 of 100 bytes are 29 percent, though 100 * 0.29 is less. */
  private static final double ROUNDING = 1e-9;

  private final UsageThreshold threshold = new UsageThreshold();
  private final Listeners listeners = new Listeners();
  private final UsageWatch watch = new UsageWatch(this::look);
  private final AtomicLong notifications = new AtomicLong();

  private final Object watching = new Object();

  private volatile boolean isRegistered;

  @Override
  public ArenaTotals getStats() {
    return ArenaTotals.of(ArenaControl.stats());
  }

  @Override
  public List<ArenaUsage> getArenas() {
    return ArenaControl.arenas();
  }

  @Override
  public Map<String, String> getSettings() {
    return ArenaControl.config().toProperties();
  }

  @Override
  public synchronized void configure(String setting, String value) {
    ArenaControl.configure(ArenaControl.config().toBuilder().set(setting, value).build());
  }

  @Override
  public long trim() {
    return ArenaControl.trim();
  }

  @Override
  public void resetArenas() {
    ArenaControl.resetArenas();
  }

  @Override
  public void resetMetrics() {
    ArenaControl.resetMetrics();
  }

  @Override
  public String report() {
    return ArenaControl.report().toString();
  }

  // ---- Usage threshold

  private static Optional<ArenaUsage> fullest() {
    return ArenaControl.arenas().stream()
        .filter(arena -> arena.state() != ArenaState.QUARANTINED)
        .max(Comparator.comparingDouble(ArenaUsage::highWaterMarkShare));
  }

  private static int percentOf(Optional<ArenaUsage> arena) {
    return arena.map(it -> (int) (100 * it.highWaterMarkShare() + ROUNDING)).orElse(0);
  }

  /** Compares the fullest arena with the threshold, and tells the listeners. */
  private void look() {
    Optional<ArenaUsage> fullest;
    boolean tell;
    // Together: of two who look at once, neither brings what it saw before the other.
    synchronized (threshold) {
      fullest = fullest();
      tell = threshold.check(percentOf(fullest));
    }
    if (tell) {
      listeners.send(notification(percentOf(fullest), fullest.orElseThrow()));
    }
  }

  private Notification notification(int usagePercent, ArenaUsage arena) {
    Notification notification =
        new Notification(
            USAGE_THRESHOLD_EXCEEDED,
            ArenaManagement.NAME,
            notifications.incrementAndGet(),
            System.currentTimeMillis(),
            ("An arena has reached %d percent of its capacity (%d of %d bytes), the threshold is %d"
                    + " percent; more capacity (engram.arena.size) keeps it from overflowing")
                .formatted(
                    usagePercent,
                    arena.highWaterMarkBytes(),
                    arena.capacityBytes(),
                    threshold.percent()));
    notification.setUserData(OpenTypes.compositeOf(arena));
    return notification;
  }

  @Override
  public int getUsagePercent() {
    return percentOf(fullest());
  }

  @Override
  public int getUsageThresholdPercent() {
    return threshold.percent();
  }

  @Override
  public void setUsageThresholdPercent(int percent) {
    threshold.set(percent);
    updateWatch();
  }

  @Override
  public boolean isUsageThresholdExceeded() {
    look();
    return threshold.isExceeded();
  }

  @Override
  public long getUsageThresholdCount() {
    look();
    return threshold.count();
  }

  private void updateWatch() {
    synchronized (watching) {
      watch.setWanted(threshold.percent() != 0 && !listeners.isEmpty());
    }
  }

  // ---- Notifications

  @Override
  public void addNotificationListener(
      NotificationListener listener,
      @Nullable NotificationFilter filter,
      @Nullable Object handback) {
    listeners.add(listener, filter, handback);
    updateWatch();
  }

  @Override
  public void removeNotificationListener(NotificationListener listener)
      throws ListenerNotFoundException {
    listeners.remove(listener);
    updateWatch();
  }

  @Override
  public void removeNotificationListener(
      NotificationListener listener, @Nullable NotificationFilter filter, @Nullable Object handback)
      throws ListenerNotFoundException {
    listeners.remove(listener, filter, handback);
    updateWatch();
  }

  @Override
  public MBeanNotificationInfo[] getNotificationInfo() {
    return new MBeanNotificationInfo[] {
      new MBeanNotificationInfo(
          new String[] {USAGE_THRESHOLD_EXCEEDED},
          Notification.class.getName(),
          "The fullest arena has reached the usage threshold")
    };
  }

  // ---- Registration

  boolean isRegistered() {
    return isRegistered;
  }

  @Override
  public ObjectName preRegister(MBeanServer server, @Nullable ObjectName name) {
    return name == null ? ArenaManagement.objectName() : name;
  }

  @Override
  public void postRegister(@Nullable Boolean registrationDone) {
    isRegistered = Boolean.TRUE.equals(registrationDone);
  }

  @Override
  public void preDeregister() {}

  @Override
  public void postDeregister() {
    isRegistered = false;
    listeners.clear();
    updateWatch();
  }
}
