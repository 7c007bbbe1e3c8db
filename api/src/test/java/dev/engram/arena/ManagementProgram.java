package dev.engram.arena;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Prints whether the managed bean is registered before the first use of the library and after. */
final class ManagementProgram {
  private ManagementProgram() {}

  public static void main(String[] arguments) throws JMException {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName("dev.engram:type=Arena");
    System.out.println("before " + server.isRegistered(name));
    try {
      ArenaControl.openScope().close();
    } catch (IllegalArgumentException e) {
      System.out.println("refused: " + e.getMessage());
    }
    System.out.println("after " + server.isRegistered(name));
  }
}
