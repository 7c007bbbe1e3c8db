package dev.engram.arena.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.engram.arena.ArenaConfig;
import dev.engram.arena.ArenaControl;
import dev.engram.arena.ArenaScope;
import dev.engram.arena.ArenaState;
import dev.engram.arena.ArenaUsage;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bean through the platform's MBean server, and through a connection to it. */
class ArenaMXBeanTest {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
  private static final ArenaConfig CONFIG =
      ArenaConfig.builder().poolSize("1m").maxTotal("unlimited").build();

  private final Queue<Notification> received = new ConcurrentLinkedQueue<>();
  private final NotificationListener listener =
      (notification, handback) -> received.add(notification);
  private ObjectName name = ArenaManagement.objectName();
  private ArenaMXBean bean = JMX.newMXBeanProxy(SERVER, name, ArenaMXBean.class);

  @BeforeEach
  void register() {
    ArenaControl.configure(CONFIG);
    ArenaControl.resetArenas();
    // Nothing that other tests left in the pool is fuller than what these fill.
    ArenaControl.trim();
    ArenaControl.resetMetrics();
    name = ArenaManagement.register();
    bean = JMX.newMXBeanProxy(SERVER, name, ArenaMXBean.class);
  }

  @AfterEach
  void unregister() {
    ArenaManagement.unregister();
    ArenaControl.configure(CONFIG);
  }

  @Test
  void registeringTwiceIsRegisteringOnceAndSoIsTakingBack() {
    assertThat(ArenaManagement.register()).isEqualTo(name);
    assertThat(SERVER.isRegistered(name)).isTrue();
    ArenaManagement.unregister();
    assertThat(SERVER.isRegistered(name)).isFalse();
    ArenaManagement.unregister();
    ArenaManagement.register();
    assertThat(bean.getStats().liveArenas()).isEqualTo(ArenaControl.stats().liveArenas());
  }

  @Test
  void whatSomebodyElseTookBackIsRegisteredAgain() throws Exception {
    SERVER.unregisterMBean(name);
    ArenaManagement.register();
    assertThat(SERVER.isRegistered(name)).isTrue();
  }

  @Test
  void whatSomebodyElseRegisteredInItsPlaceIsNotTakenBack() throws Exception {
    SERVER.unregisterMBean(name);
    SERVER.registerMBean(new StandardMBean(() -> {}, Runnable.class), name);
    try {
      ArenaManagement.unregister();
      assertThat(SERVER.isRegistered(name)).isTrue();
      assertThatIllegalStateException()
          .isThrownBy(ArenaManagement::register)
          .withMessageContaining("registered already");
    } finally {
      SERVER.unregisterMBean(name);
    }
  }

  @Test
  void figuresAreThoseOfTheLibrary() throws Exception {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(1234, 1);
      assertThat(bean.getStats()).isEqualTo(ArenaTotals.of(ArenaControl.stats()));
      assertThat(bean.getArenas()).isEqualTo(ArenaControl.arenas());
      ArenaUsage own = own(bean.getArenas());
      assertThat(own.usedBytes()).isEqualTo(1234);
      assertThat(own.state()).isEqualTo(ArenaState.OWNED);
      CompositeData stats = (CompositeData) SERVER.getAttribute(name, "Stats");
      assertThat(stats.get("usedBytes")).isEqualTo(ArenaControl.stats().usedBytes());
      assertThat(bean.report()).contains("  " + Thread.currentThread().getName());
    }
  }

  private static ArenaUsage own(List<ArenaUsage> arenas) {
    return arenas.stream()
        .filter(arena -> arena.threadName().equals(Thread.currentThread().getName()))
        .findAny()
        .orElseThrow();
  }

  @Test
  void settingsAreShownAndChangedOneByOne() {
    assertThat(bean.getSettings()).isEqualTo(CONFIG.toProperties());
    assertThat(bean.getSettings()).containsEntry("engram.arena.max_total", "unlimited");
    bean.configure("engram.arena.size", "2m");
    bean.configure("engram.arena.overflow", "fallback");
    bean.configure("engram.arena.max_total", "1g");
    assertThat(ArenaControl.config().poolSizeBytes()).isEqualTo(2 << 20);
    assertThat(bean.getSettings())
        .containsEntry("engram.arena.size", "2097152")
        .containsEntry("engram.arena.overflow", "fallback")
        .containsEntry("engram.arena.max_total", "1073741824");
    bean.getSettings().forEach(bean::configure);
    assertThat(ArenaControl.config().poolSizeBytes()).isEqualTo(2 << 20);
  }

  @Test
  void whatCannotBeHonouredIsRefusedAndChangesNothing() {
    for (List<String> setting :
        List.of(
            List.of("engram.arena.size", "banana"),
            List.of("engram.arena.overflow", "perhaps"),
            List.of("engram.arena.pre_touch", "maybe"),
            List.of("engram.arena.colour", "red"),
            List.of("engram.kernels.level", "v2"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bean.configure(setting.getFirst(), setting.getLast()))
          .withMessageContainingAll(setting.getFirst(), "allowed");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bean.configure("engram.arena.max_total", "65536"))
        .withMessageContainingAll("engram.arena.max_total", "65536", "engram.arena.size");
    assertThat(ArenaControl.config()).isEqualTo(CONFIG);
  }

  @Test
  void operationsDoWhatTheLibraryDoes() {
    fill(900_000);
    assertThat(bean.trim()).isGreaterThanOrEqualTo(900_000);
    long epoch = ArenaControl.stats().epoch();
    bean.resetMetrics();
    assertThat(ArenaControl.stats().epoch()).isEqualTo(epoch + 1);
    bean.resetArenas();
  }

  private static void fill(long bytes) {
    try (ArenaScope scope = ArenaControl.openScope()) {
      scope.allocate(bytes, 1);
    }
  }

  @Test
  void aConnectedClientIsToldOnceEachTimeThatAnArenaFillsUp() throws Exception {
    JMXConnectorServer remote =
        JMXConnectorServerFactory.newJMXConnectorServer(
            new JMXServiceURL("rmi", "localhost", 0), null, SERVER);
    remote.start();
    try (JMXConnector connector = remote.toJMXConnector(null)) {
      connector.connect();
      MBeanServerConnection connection = connector.getMBeanServerConnection();
      ArenaMXBean client = JMX.newMXBeanProxy(connection, name, ArenaMXBean.class, true);
      connection.addNotificationListener(name, listener, null, null);
      client.setUsageThresholdPercent(70);
      assertThat(client.getUsageThresholdPercent()).isEqualTo(70);
      fill((long) (0.69 * (1 << 20)));
      assertThat(client.isUsageThresholdExceeded()).isFalse();

      fill((long) (0.81 * (1 << 20)));

      await().until(() -> !received.isEmpty());
      Notification notification = received.remove();
      assertThat(notification.getType()).isEqualTo(ArenaMXBean.USAGE_THRESHOLD_EXCEEDED);
      assertThat(notification.getMessage())
          .contains("80 percent", "70 percent", "engram.arena.size");
      CompositeData arena = (CompositeData) notification.getUserData();
      assertThat(arena.get("threadName")).isEqualTo(Thread.currentThread().getName());
      assertThat(arena.get("state")).isEqualTo("OWNED");
      assertThat(arena.get("capacityBytes")).isEqualTo(1L << 20);
      assertThat(client.isUsageThresholdExceeded()).isTrue();
      assertThat(client.getUsagePercent()).isEqualTo(80);
      assertThat(client.getArenas()).hasSameSizeAs(ArenaControl.arenas());

      client.resetMetrics();
      fill(100);
      assertThat(client.isUsageThresholdExceeded()).isFalse();
      fill(1 << 20);
      await().until(() -> !received.isEmpty());
      assertThat(client.getUsageThresholdCount()).isEqualTo(2);
      assertThat(received).hasSize(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.configure("engram.arena.size", "banana"))
          .withMessageContaining("banana");
      connection.removeNotificationListener(name, listener);
    } finally {
      remote.stop();
    }
  }

  @Test
  void aThreadLooksOnlyWhileAThresholdIsSetAndSomeoneListens() throws Exception {
    assertThat(isWatching()).isFalse();
    bean.setUsageThresholdPercent(100);
    assertThat(isWatching()).isFalse();
    SERVER.addNotificationListener(name, listener, null, null);
    assertThat(isWatching()).isTrue();
    bean.setUsageThresholdPercent(0);
    await().until(() -> !isWatching());
    bean.setUsageThresholdPercent(50);
    assertThat(isWatching()).isTrue();
    SERVER.removeNotificationListener(name, listener);
    await().until(() -> !isWatching());
    SERVER.addNotificationListener(name, listener, n -> false, "handback");
    assertThat(isWatching()).isTrue();
    ArenaManagement.unregister();
    await().until(() -> !isWatching());
  }

  private static boolean isWatching() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals(UsageWatch.THREAD_NAME));
  }

  @Test
  void theThreadEndsAlsoWhereAListenerTakesItsInterrupt() throws Exception {
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    SERVER.addNotificationListener(
        name,
        (notification, handback) -> {
          called.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            // Nobody else learns of it.
          }
        },
        null,
        null);
    fill(1 << 20);
    bean.setUsageThresholdPercent(50);
    called.await();
    bean.setUsageThresholdPercent(0);
    await().until(() -> !isWatching());
  }

  @Test
  void aListenerThatFailsKeepsTheNewsFromNobody() throws Exception {
    NotificationListener failing =
        (notification, handback) -> {
          throw new NoClassDefFoundError("a listener of a test");
        };
    SERVER.addNotificationListener(name, failing, null, null);
    SERVER.addNotificationListener(name, listener, n -> false, null);
    SERVER.addNotificationListener(name, listener, null, null);
    fill(1 << 20);
    bean.setUsageThresholdPercent(50);
    await().until(() -> bean.getUsageThresholdCount() == 1);
    await().until(() -> received.size() == 1);
  }

  @Test
  void aThresholdThatIsNoPercentageIsRefused() {
    bean.setUsageThresholdPercent(40);
    for (int percent : new int[] {-1, 101}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bean.setUsageThresholdPercent(percent))
          .withMessageContainingAll("UsageThresholdPercent", String.valueOf(percent), "allowed");
    }
    assertThat(bean.getUsageThresholdPercent()).isEqualTo(40);
  }

  @Test
  void theFullestArenaOfAllCounts() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              fill(100);
              inside.countDown();
              waitFor(leave);
            });
    inside.await();
    fill(1 << 19);
    assertThat(bean.getArenas()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(bean.getUsagePercent()).isEqualTo(50);
    leave.countDown();
    other.join();
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void withoutAThresholdNothingIsExceeded() {
    fill(1 << 20);
    assertThat(bean.isUsageThresholdExceeded()).isFalse();
    assertThat(bean.getUsageThresholdCount()).isZero();
    assertThat(bean.getUsagePercent()).isEqualTo(100);
  }
}
