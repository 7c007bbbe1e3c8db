package dev.engram.arena.stress.report;

import dev.engram.arena.ArenaControl;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where a run took place.
 *
 * @param java the JVM and its version
 * @param os the operating system, its version and the architecture
 * @param cpus processors that the JVM may use
 * @param cpu name of the processor
 * @param cpuLevel instructions that the kernels use
 * @param memoryBytes physical memory that the JVM sees; 0 where it does not say
 * @param heapBytesMax most that the Java heap may take
 */
public record Environment(
    String java,
    String os,
    int cpus,
    String cpu,
    String cpuLevel,
    long memoryBytes,
    long heapBytesMax) {
  private static final Path CPUS = Path.of("/proc/cpuinfo");

  static Environment here() {
    Runtime runtime = Runtime.getRuntime();
    return new Environment(
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        runtime.availableProcessors(),
        cpuName(),
        ArenaControl.cpuLevel().name().toLowerCase(Locale.ROOT),
        physicalMemory(),
        runtime.maxMemory());
  }

  private static String cpuName() {
    try (Stream<String> lines = Files.lines(CPUS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.replaceFirst("^[^:]*: *", "").strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static long physicalMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }
}
