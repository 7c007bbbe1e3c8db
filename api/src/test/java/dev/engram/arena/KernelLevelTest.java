package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelLevelTest {
  private final CpuLevel before = ArenaControl.cpuLevel();

  @AfterEach
  void restoreTheLevel() {
    assertThat(KernelLevel.limit(before)).isTrue();
    ArenaControl.configure(DefaultConfiguration.DEFAULT);
  }

  private static ArenaGroup group(Map<String, String> properties, Map<String, String> environment) {
    return new ArenaGroup(new SettingsSource(properties::get, environment::get));
  }

  static Stream<CpuLevel> levelsThatRun() {
    ArenaControl.cpuLevel();
    return KernelLevel.runnable().stream();
  }

  static Stream<CpuLevel> levelsThatDoNotRun() {
    List<CpuLevel> running = levelsThatRun().toList();
    return Arrays.stream(CpuLevel.values()).filter(level -> !running.contains(level));
  }

  @ParameterizedTest
  @MethodSource("levelsThatRun")
  void propertyOrVariableForcesALevelThatRuns(CpuLevel level) {
    String word = level.word();
    assertThat(group(Map.of("engram.kernels.level", word), Map.of()).cpuLevel()).isEqualTo(level);
    KernelLevel.limit(before);
    assertThat(group(Map.of(), Map.of("ENGRAM_KERNELS_LEVEL", word)).cpuLevel()).isEqualTo(level);
    KernelLevel.limit(before);
    String upper = word.toUpperCase(Locale.ROOT);
    assertThat(
            group(
                    Map.of("engram.kernels.level", upper),
                    Map.of("ENGRAM_KERNELS_LEVEL", "none of them"))
                .cpuLevel())
        .isEqualTo(level);
  }

  @ParameterizedTest
  @MethodSource("levelsThatDoNotRun")
  void levelThatDoesNotRunHereIsRefusedOnEveryUse(CpuLevel level) {
    ArenaGroup group = group(Map.of("engram.kernels.level", level.word()), Map.of());
    for (int attempt = 0; attempt < 2; attempt++) {
      for (Runnable use :
          List.<Runnable>of(
              group::cpuLevel,
              group::openScope,
              group::stats,
              () -> group.configure(DefaultConfiguration.DEFAULT))) {
        assertThatIllegalArgumentException()
            .isThrownBy(use::run)
            .withMessageStartingWith(
                "engram.kernels.level is \"%s\"; allowed on this machine is ", level.word())
            .satisfies(refusal ->
                assertThat(refusal.getMessage())
                    .contains(levelsThatRun().map(CpuLevel::word).toList()));
      }
    }
    assertThat(ArenaControl.cpuLevel()).isEqualTo(before);
  }

  @Test
  void levelThatIsLeftOpenStaysAsItIs() {
    for (CpuLevel level : KernelLevel.runnable()) {
      KernelLevel.limit(level);
      assertThat(group(Map.of(), Map.of()).cpuLevel()).isEqualTo(level);
    }
  }

  @Test
  void levelOfAnotherArchitectureNeverRuns() {
    List<CpuLevel> running = KernelLevel.runnable();
    assertThat(running).isNotEmpty();
    assertThat(running.contains(CpuLevel.NEON)).isNotEqualTo(running.contains(CpuLevel.X86_64_V2));
  }
}
