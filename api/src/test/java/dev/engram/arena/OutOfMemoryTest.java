package dev.engram.arena;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The heap runs out while scopes are opened and closed and segments made, in a JVM of its own. The
 * control is {@link #aScopeThatIsNotClosedIsSeen}.
 */
class OutOfMemoryTest {
  private static final Pattern OUTPUT =
      Pattern.compile("open (\\d+) nested (\\d+) close (\\d+) nested (\\d+)");

  @ParameterizedTest
  @CsvSource({
    "OFF, PLAIN",
    "SAMPLED, PLAIN",
    "ALL, PLAIN",
    "ALL, OVERFLOWING",
    "SAMPLED, ZEROING",
    "ALL, NEW_EPOCH",
    "OFF, CLEANING_UP"
  })
  void anErrorAtAnyStepLeavesLiveDataAloneAndTheNextScopeSound(
      String abandonedScopes, String closing, @TempDir Path directory) throws Exception {
    ChildJvm.Outcome outcome = run(directory, abandonedScopes, closing);
    assertThat(outcome.exitStatus()).as(outcome.printed()).isZero();
    Matcher counts = OUTPUT.matcher(outcome.printed());
    assertThat(counts.find()).as(outcome.printed()).isTrue();
    // A scope, its session and two segments: the heap ran out at each of them, at least once.
    assertThat(Integer.parseInt(counts.group(1))).isGreaterThanOrEqualTo(4);
    assertThat(Integer.parseInt(counts.group(2))).isGreaterThanOrEqualTo(4);
    // A close makes no object but for what watches the scope, or what the user adds.
    boolean needsNoHeap =
        Set.of("PLAIN", "ZEROING").contains(closing) && !abandonedScopes.equals("ALL");
    int failedCloses = Integer.parseInt(counts.group(3)) + Integer.parseInt(counts.group(4));
    assertThat(failedCloses == 0).as(outcome.printed()).isEqualTo(needsNoHeap);
  }

  @Test
  void aScopeThatIsNotClosedIsSeen(@TempDir Path directory) throws Exception {
    ChildJvm.Outcome outcome = run(directory, "OFF", "FORGOTTEN");
    assertThat(outcome.exitStatus()).isNotZero();
    assertThat(outcome.printed())
        .contains("AssertionError: expected all memory for the next scope");
  }

  private static ChildJvm.Outcome run(Path directory, String... arguments) throws Exception {
    return ChildJvm.outcomeOf(
        directory,
        List.of("-Xint", "-Xmx8m", "-XX:+UseSerialGC", "-XX:-UseTLAB"),
        OutOfMemoryProgram.class,
        arguments);
  }
}
