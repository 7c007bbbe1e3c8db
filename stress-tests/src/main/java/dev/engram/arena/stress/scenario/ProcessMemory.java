package dev.engram.arena.stress.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What the system says of this process's memory, the Java heap aside, which grows and shrinks by
 * itself.
 *
 * @param mappings number of mappings
 * @param mappedBytes their address space
 * @param residentBytes physical memory in them
 */
record ProcessMemory(long mappings, long mappedBytes, long residentBytes) {
  private static final Path SMAPS = Path.of("/proc/self/smaps");
  private static final Pattern RANGE = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) ");
  private static final Pattern RESIDENT = Pattern.compile("^Rss: +(\\d+) kB$");
  private static final Pattern HEAP_RANGE = Pattern.compile("\\[0x([0-9a-f]+), .*0x([0-9a-f]+)\\)");

  private record Range(long from, long to) {
    static Range of(Matcher hexadecimal) {
      return new Range(
          Long.parseUnsignedLong(hexadecimal.group(1), 16),
          Long.parseUnsignedLong(hexadecimal.group(2), 16));
    }

    boolean overlaps(Range other) {
      return Long.compareUnsigned(from, other.to) < 0 && Long.compareUnsigned(other.from, to) < 0;
    }
  }

  /** As it is at this moment. */
  static ProcessMemory now() {
    List<Range> heap = heap();
    long mappings = 0;
    long mapped = 0;
    long residentKibibytes = 0;
    boolean counted = false;
    for (String line : smaps()) {
      // Most lines are about something else, and there are tens of thousands.
      if (Character.isUpperCase(line.charAt(0)) && !line.startsWith("Rss:")) {
        continue;
      }
      Matcher range = RANGE.matcher(line);
      Matcher resident = RESIDENT.matcher(line);
      if (range.find()) {
        Range addresses = Range.of(range);
        counted = heap.stream().noneMatch(addresses::overlaps);
        mappings += counted ? 1 : 0;
        mapped += counted ? addresses.to - addresses.from : 0;
      } else if (counted && resident.find()) {
        residentKibibytes += Long.parseLong(resident.group(1));
      }
    }
    return new ProcessMemory(mappings, mapped, residentKibibytes << 10);
  }

  /** This less an earlier one. */
  ProcessMemory since(ProcessMemory earlier) {
    return new ProcessMemory(
        mappings - earlier.mappings,
        mappedBytes - earlier.mappedBytes,
        residentBytes - earlier.residentBytes);
  }

  private static List<String> smaps() {
    try {
      return Files.readAllLines(SMAPS);
    } catch (IOException e) {
      throw new UncheckedIOException("the system does not show this process's mappings", e);
    }
  }

  /** Where the Java heap lies, in the words of the JVM's own diagnosis. */
  private static List<Range> heap() {
    String info;
    try {
      info =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcHeapInfo",
                      null,
                      null);
    } catch (JMException e) {
      throw new IllegalStateException("the JVM does not say where its heap lies", e);
    }
    List<Range> ranges = new ArrayList<>();
    Matcher matcher = HEAP_RANGE.matcher(info);
    while (matcher.find()) {
      ranges.add(Range.of(matcher));
    }
    return ranges;
  }
}
