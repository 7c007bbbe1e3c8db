package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of the kernels at each CPU level that runs here, in a JVM of their own. */
class KernelSuiteByLevelTest {
  private static final Pattern OUTPUT = Pattern.compile("level (\\w+) passed (\\d+)");

  static Stream<CpuLevel> levelsThatRun() {
    ArenaControl.cpuLevel();
    return KernelLevel.runnable().stream();
  }

  @ParameterizedTest
  @MethodSource("levelsThatRun")
  void everyTestPassesAtTheLevelThatThePropertyForces(CpuLevel level, @TempDir Path directory)
      throws Exception {
    String printed =
        ChildJvm.run(
            directory,
            List.of(
                "-Dengram.kernels.level=" + level.word(),
                // Each test runs once: compiled well it would be no faster.
                "-XX:TieredStopAtLevel=1"),
            KernelSuite.class);
    Matcher result = OUTPUT.matcher(printed);
    assertThat(result.find()).as(printed).isTrue();
    assertThat(result.group(1)).isEqualTo(level.name());
    assertThat(Integer.parseInt(result.group(2))).isGreaterThan(200);
  }
}
