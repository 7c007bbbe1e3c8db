package dev.engram.arena.benchmarks.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.benchmarks.measure.ChildJvm;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options of the JVMs set the recorder as the variants' names say. */
class RecorderVariantsTest {
  @ParameterizedTest
  @CsvSource({
    "SCOPE_LOCAL, no recording",
    "SCOPE_LOCAL_WITHOUT_RECORDER, no recorder",
    "SCOPE_LOCAL_IN_RECORDING, dev.engram.arena.Statistics",
    "SCOPE_LOCAL_RECORDED, dev.engram.arena.Scope dev.engram.arena.Statistics"
  })
  void eachVariantHasTheRecorderThatItNames(Variant variant, String expected) {
    String output =
        ChildJvm.outputOf(
            "the variant's JVM", variant.jvmArguments(), RecorderStates.class, List.of());
    assertThat(
            output.lines().filter(line -> line.startsWith("no ") || line.startsWith("dev.engram.")))
        .containsExactly(
            expected.startsWith("no ") ? new String[] {expected} : expected.split(" "));
  }
}
