package dev.engram.arena.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a call adds to the time until all threads have reached a safepoint, while the collector asks
 * for many.
 *
 * <p>This is a time, of which a busy machine adds to any: so it is compared with that of plain Java
 * in the same process, each by the quietest of several short phases, and a call that is late is
 * tried again. Long holds are few among many safepoints, since nobody wants another one meanwhile:
 * so a median would not see them.
 */
@Tag("timing")
class SafepointTest {
  private static final int ATTEMPTS = 8;
  private static final long ADDED_NANOS_MAX = 100_000;

  /** Of the safepoints of a phase, those that took longer are left to the machine. */
  private static final double QUANTILE = 0.9;

  private static final Pattern REACHED =
      Pattern.compile("\\[(\\d+)ns].*Reaching safepoint: +(\\d+) ns");

  /**
   * A line of the log.
   *
   * @param nanoTime when it was over, by {@link System#nanoTime()}
   * @param reachedInNanos from when it was wanted until all threads had reached it
   */
  private record Safepoint(long nanoTime, long reachedInNanos) {}

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC"})
  void noCallAddsMoreThan100MicrosecondsToASafepoint(String collector) throws Exception {
    Map<String, Long> quietest = new TreeMap<>();
    List<String> late = List.of();
    for (int attempt = 0; attempt == 0 || (attempt < ATTEMPTS && !late.isEmpty()); attempt++) {
      measure(collector, quietest);
      assertThat(quietest).hasSizeGreaterThan(10).containsKey(SafepointProgram.CONTROL);
      long bound = quietest.getOrDefault(SafepointProgram.CONTROL, 0L) + ADDED_NANOS_MAX;
      late =
          quietest.entrySet().stream()
              .filter(call -> call.getValue() > bound)
              .map(call -> "%s: %d ns of %d".formatted(call.getKey(), call.getValue(), bound))
              .toList();
    }
    assertThat(late).as("how long safepoints took in each phase of calls that are late").isEmpty();
  }

  /** Puts the time of the quietest phase so far for each call. */
  private void measure(String collector, Map<String, Long> quietest)
      throws IOException, InterruptedException {
    Path log = directory.resolve("safepoints.log");
    String phases =
        ChildJvm.run(
            directory,
            List.of(
                collector,
                // Only what the last compiler has compiled leaves safepoints out. At the usual
                // thresholds it would not come to loops whose turns are few and long, and beside
                // the program it would be late.
                "-XX:CompileThresholdScaling=0.03",
                "-Xbatch",
                "-Xmn4m",
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=1g",
                "-Xlog:safepoint:file=%s:timenanos:filecount=0".formatted(log)),
            SafepointProgram.class);
    List<Safepoint> safepoints = safepoints(log);
    for (String line : phases.lines().toList()) {
      String[] phase = line.split(" ", 3);
      long begin = Long.parseLong(phase[0]);
      long end = Long.parseLong(phase[1]);
      long[] nanos =
          safepoints.stream()
              .filter(safepoint -> safepoint.nanoTime > begin && safepoint.nanoTime < end)
              .mapToLong(Safepoint::reachedInNanos)
              .sorted()
              .toArray();
      if (nanos.length > 0) {
        quietest.merge(phase[2], nanos[(int) (nanos.length * QUANTILE)], Math::min);
      }
    }
  }

  private static List<Safepoint> safepoints(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .map(REACHED::matcher)
        .filter(Matcher::find)
        .map(line -> new Safepoint(Long.parseLong(line.group(1)), Long.parseLong(line.group(2))))
        .toList();
  }
}
