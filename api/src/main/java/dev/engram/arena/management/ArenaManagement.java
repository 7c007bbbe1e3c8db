package dev.engram.arena.management;

import dev.engram.arena.ArenaConfig;
import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Registers the {@link ArenaMXBean} with the platform's MBean server, where JConsole, {@code
 * jcmd}'s relatives and monitoring agents find it. Without code: the system property {@code
 * engram.arena.jmx} or the environment variable {@code ENGRAM_ARENA_JMX}, set to {@code true},
 * registers it at the first use of the library, as {@link ArenaConfig} says for the other settings.
 * Where the name is taken then, by the library of another class loader, that is logged and no more.
 * What ends before the JVM does, such as a web application, calls {@link #unregister()}: the server
 * keeps the bean, and with it the class loader. Thread-safe.
 */
public final class ArenaManagement {
  /** Name of the bean. */
  public static final String NAME = "dev.engram:type=Arena";

  private static final ObjectName OBJECT_NAME = objectName();

  /** What was registered last. Guarded by the class. */
  private static @Nullable ArenaManager registered;

  private ArenaManagement() {}

  /**
   * Registers the bean, if it is not.
   *
   * @return its name
   * @throws IllegalStateException if something else has that name: the library was loaded by
   *     another class loader too, and registered there
   */
  public static synchronized ObjectName register() {
    if (!isRegistered()) {
      ArenaManager manager = new ArenaManager();
      try {
        server().registerMBean(manager, OBJECT_NAME);
      } catch (InstanceAlreadyExistsException e) {
        throw new IllegalStateException(
            NAME + " is registered already, by this library in another class loader", e);
      } catch (JMException e) {
        throw new IllegalStateException("The MBean server refused " + NAME, e);
      }
      registered = manager;
    }
    return OBJECT_NAME;
  }

  /** Takes the bean back, if {@link #register} has registered it. Its listeners are forgotten. */
  public static synchronized void unregister() {
    boolean isOurs = isRegistered();
    registered = null;
    if (!isOurs) {
      return;
    }
    try {
      server().unregisterMBean(OBJECT_NAME);
    } catch (InstanceNotFoundException e) {
      // Somebody else was first.
    } catch (JMException e) {
      throw new IllegalStateException("The MBean server kept " + NAME, e);
    }
  }

  /** Whether the bean is, which anyone may take back. What has its name may be another's. */
  private static boolean isRegistered() {
    return registered != null && registered.isRegistered();
  }

  private static MBeanServer server() {
    return ManagementFactory.getPlatformMBeanServer();
  }

  static ObjectName objectName() {
    try {
      return new ObjectName(NAME);
    } catch (JMException e) {
      throw new AssertionError(e);
    }
  }
}
