package dev.engram.arena.benchmarks.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where and when something was measured.
 *
 * @param cpu the processor's name
 * @param cpus processors that the JVM may use
 * @param os name, version and architecture
 * @param java the JVM and its version
 * @param began when
 * @param loadAverage runnable threads in the minute before, negative if not known
 */
public record Machine(
    String cpu, int cpus, String os, String java, Instant began, double loadAverage) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** On x86-64, and on aarch64. */
  private static final List<String> CPU_NUMBERS =
      List.of("cpu family", "model", "CPU implementer", "CPU part");

  /**
   * This machine, now.
   *
   * @return a description
   */
  public static Machine now() {
    return new Machine(
        cpuName(),
        Runtime.getRuntime().availableProcessors(),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /**
   * The processor, told apart from others that the system calls the same.
   *
   * @return name and numbers, as far as Linux tells them
   */
  public static String cpuModel() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return cpuModel(lines);
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  static String cpuModel(Stream<String> cpuInfo) {
    // Of the first processor; those of a machine are the same.
    Map<String, String> values =
        cpuInfo
            .map(line -> line.split(":", 2))
            .filter(words -> words.length == 2)
            .collect(
                Collectors.toMap(
                    words -> words[0].strip(), words -> words[1].strip(), (first, other) -> first));
    String numbers =
        CPU_NUMBERS.stream()
            .filter(values::containsKey)
            .map(key -> ", " + key + " " + values.get(key))
            .collect(Collectors.joining());
    return values.getOrDefault("model name", System.getProperty("os.arch")) + numbers;
  }

  /** Only Linux on x86-64 tells a name. */
  private static String cpuName() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return cpuName(lines);
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  static String cpuName(Stream<String> cpuInfo) {
    return cpuInfo
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }
}
