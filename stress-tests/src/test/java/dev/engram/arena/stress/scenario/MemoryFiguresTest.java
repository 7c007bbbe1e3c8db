package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.progress.Progress;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * How much physical memory arenas hold. The controls are {@link #poolsOfWhichMoreIsUsedAreLarger}
 * and {@link #memoryThatThreadsLeaveBehindIsSeen}.
 */
class MemoryFiguresTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final long LARGE_POOLS_GROWTH_MAX = 48 * MEBIBYTE;
  private static final int SHORT_THREADS = Scale.of(5_000, 100_000);
  private static final long SHORT_THREADS_GROWTH_MAX = 8 * MEBIBYTE;

  /** Of the JVM and the C library: heaps, stacks for the next thread, compiled code. */
  private static final long MAPPINGS_MAX = 50;

  private static final Pattern RESULT =
      Pattern.compile("resident (-?\\d+) mappings (-?\\d+) regions (-?\\d+)");

  private record Growth(long residentBytes, long mappings, long regions) {}

  @Test
  void largePoolsOfWhichLittleIsUsedStaySmall() throws Exception {
    assertThat(run(MemoryProbe.LARGE_POOLS, MEBIBYTE).residentBytes())
        .isBetween(32L * MEBIBYTE, LARGE_POOLS_GROWTH_MAX);
  }

  @Test
  void poolsOfWhichMoreIsUsedAreLarger() throws Exception {
    assertThat(run(MemoryProbe.LARGE_POOLS, 2 * MEBIBYTE).residentBytes())
        .isGreaterThan(LARGE_POOLS_GROWTH_MAX);
  }

  @Test
  void threadsThatEndLeaveNoMemoryBehind() throws Exception {
    Growth growth = run(MemoryProbe.SHORT_THREADS, SHORT_THREADS, 0);
    assertThat(growth.residentBytes()).isLessThan(SHORT_THREADS_GROWTH_MAX);
    assertThat(growth.regions()).isZero();
    assertThat(growth.mappings()).isLessThanOrEqualTo(MAPPINGS_MAX);
  }

  @Test
  void memoryThatThreadsLeaveBehindIsSeen() throws Exception {
    assertThat(run(MemoryProbe.SHORT_THREADS, 5_000, 4_096).residentBytes())
        .isGreaterThan(SHORT_THREADS_GROWTH_MAX);
  }

  private static Growth run(String what, int... numbers) throws Exception {
    String[] arguments = new String[1 + numbers.length];
    arguments[0] = what;
    for (int i = 0; i < numbers.length; i++) {
      arguments[1 + i] = Integer.toString(numbers[i]);
    }
    ChildJvm.Outcome child =
        ChildJvm.of(MemoryProbe.class, arguments)
            // A JVM that takes little for itself, and that at once.
            .with(
                "-Xms64m",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CICompilerCount=1")
            .withVariable("MALLOC_ARENA_MAX", "1")
            .within(Duration.ofMinutes(10))
            .run(Progress.SILENT);
    assertThat(child.exitStatus()).as(child.standardError() + child.crashReport()).isZero();
    Matcher result = RESULT.matcher(child.standardOutput());
    assertThat(result.find()).as(child.standardOutput()).isTrue();
    return new Growth(
        Long.parseLong(result.group(1)),
        Long.parseLong(result.group(2)),
        Long.parseLong(result.group(3)));
  }
}
