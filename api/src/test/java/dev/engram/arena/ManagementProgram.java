package dev.engram.arena;

import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** Prints whether the managed bean is registered before the first use of the library and after. */
final class ManagementProgram {
  /** Has something else take the bean's name before. */
  static final String TAKEN = "taken";

  /** Has someone read each bean as it is registered, as some monitoring agents do. */
  static final String READ = "read";

  private ManagementProgram() {}

  public static void main(String[] arguments) throws JMException {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName("dev.engram:type=Arena");
    System.out.println("before " + server.isRegistered(name));
    if (List.of(arguments).contains(TAKEN)) {
      server.registerMBean(new StandardMBean(() -> {}, Runnable.class), name);
    }
    if (List.of(arguments).contains(READ)) {
      server.addNotificationListener(
          MBeanServerDelegate.DELEGATE_NAME,
          (notification, handback) -> System.out.println("registered, " + read(server, name)),
          null,
          null);
    }
    try {
      ArenaControl.openScope().close();
      System.out.println("used");
    } catch (IllegalArgumentException e) {
      System.out.println("refused: " + e.getMessage());
    }
    System.out.println("after " + server.isRegistered(name));
  }

  private static String read(MBeanServer server, ObjectName name) {
    try {
      return "report: " + server.invoke(name, "report", new Object[0], new String[0]);
    } catch (JMException | RuntimeException e) {
      return e.toString();
    }
  }
}
