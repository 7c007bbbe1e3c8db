package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.OverflowStrategy;
import dev.engram.arena.stress.progress.Progress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that panics says where and why, wherever the request came from. The control is {@link
 * #underAnotherStrategyTheProcessLives}.
 */
class PanicPlacesTest {
  @ParameterizedTest
  @EnumSource
  void theProcessTrapsWithOneLineAndTheCulpritsJavaFrames(PanicPlacesProbe.Place place)
      throws Exception {
    ChildJvm.Outcome child = run(place, OverflowStrategy.PANIC);
    assertThat(child.timedOut()).isFalse();
    assertThat(child.exitStatus()).isNotZero();
    assertThat(child.standardOutput()).doesNotContain(PanicProbe.SURVIVED);
    // The kernel's vector is a whole number of lines long.
    assertThat(engramLines(child))
        .singleElement()
        .asString()
        .containsPattern("in thread \\d+")
        .contains("requested " + PanicPlacesProbe.REQUESTED + " bytes")
        .contains("available " + (PanicPlacesProbe.POOL_SIZE - PanicPlacesProbe.IN_USE))
        .contains("capacity " + PanicPlacesProbe.POOL_SIZE);
    assertThat(child.crashReport())
        .containsPattern("SIGILL|SIGTRAP")
        .contains("PanicPlacesProbe.culprit");
  }

  @ParameterizedTest
  @EnumSource
  void underAnotherStrategyTheProcessLives(PanicPlacesProbe.Place place) throws Exception {
    ChildJvm.Outcome child = run(place, OverflowStrategy.FALLBACK);
    assertThat(child.exitStatus()).as(child.standardError()).isZero();
    assertThat(child.standardOutput()).contains(PanicProbe.SURVIVED);
    assertThat(engramLines(child)).isEmpty();
    assertThat(child.crashReport()).isEmpty();
  }

  private static List<String> engramLines(ChildJvm.Outcome child) {
    return child.standardError().lines().filter(line -> line.startsWith("engram_arena:")).toList();
  }

  private static ChildJvm.Outcome run(PanicPlacesProbe.Place place, OverflowStrategy strategy)
      throws Exception {
    return ChildJvm.of(PanicPlacesProbe.class, place.name(), strategy.name()).run(Progress.SILENT);
  }
}
