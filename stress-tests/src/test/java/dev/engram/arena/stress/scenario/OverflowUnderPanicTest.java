package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.OverflowStrategy;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverflowUnderPanicTest {
  private static final String DIES = "the process dies by a trap";
  private static final String MESSAGE =
      "one line on standard error names requested, available and capacity";
  private static final String REPORT = "the JVM's error file has the caller's Java frames";

  private static final String LINE =
      "engram_arena: panic: arena overflow in thread 7 \"java\": requested 4000000 bytes, available"
          + " 1048576, capacity 1048576\n";
  private static final String CRASH =
      """
      #
      #  SIGILL (0x4) at pc=0x00007f0000001000, pid=7, tid=8
      #
      j  dev.engram.arena.stress.scenario.PanicProbe.main([Ljava/lang/String;)V+56
      """;

  @Test
  void aTrapWithMessageAndReportHolds() {
    assertThat(broken(new ChildJvm.Outcome(134, false, "", LINE, CRASH))).isEmpty();
    assertThat(broken(new ChildJvm.Outcome(1, false, "", "Picked up X\n" + LINE, CRASH))).isEmpty();
  }

  @Test
  void aChildThatSurvivesIsFound() {
    assertThat(broken(new ChildJvm.Outcome(0, false, PanicProbe.SURVIVED, "", "")))
        .containsExactly(DIES, MESSAGE, REPORT);
  }

  @Test
  void aChildThatThrowsIsFound() {
    String trace = "Exception in thread \"main\" dev.engram.arena.ArenaOverflowException\n";
    assertThat(broken(new ChildJvm.Outcome(1, false, "", trace, "")))
        .containsExactly(DIES, MESSAGE, REPORT);
  }

  @Test
  void aChildThatHangsIsFound() {
    assertThat(broken(new ChildJvm.Outcome(137, true, "", LINE, CRASH))).containsExactly(DIES);
  }

  @Test
  void anotherSignalIsFound() {
    String segmentationFault = CRASH.replace("SIGILL (0x4)", "SIGSEGV (0xb)");
    assertThat(broken(new ChildJvm.Outcome(134, false, "", LINE, segmentationFault)))
        .containsExactly(DIES);
  }

  @Test
  void aMessageThatIsSaidTwiceIsFound() {
    assertThat(broken(new ChildJvm.Outcome(134, false, "", LINE + LINE, CRASH)))
        .containsExactly(MESSAGE);
  }

  @Test
  void sizesThatDoNotAgreeAreFound() {
    String fits = LINE.replace("requested 4000000", "requested 1048576");
    String otherCapacity = LINE.replace("capacity 1048576", "capacity 2097152");
    assertThat(broken(new ChildJvm.Outcome(134, false, "", fits, CRASH))).containsExactly(MESSAGE);
    assertThat(broken(new ChildJvm.Outcome(134, false, "", otherCapacity, CRASH)))
        .containsExactly(MESSAGE);
  }

  @Test
  void aReportWithoutTheCallerIsFound() {
    String withoutFrames = CRASH.lines().limit(2).reduce("", (a, b) -> a + b + "\n");
    assertThat(broken(new ChildJvm.Outcome(134, false, "", LINE, withoutFrames)))
        .containsExactly(REPORT);
  }

  private static List<String> broken(ChildJvm.Outcome outcome) {
    StressSettings settings =
        Runs.settings(1, 1, 1_000_000, 10, Runs.arenas(1 << 20, OverflowStrategy.PANIC));
    return Runs.broken(OverflowUnderPanic.invariants(outcome, settings));
  }
}
