package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.engram.arena.stress.progress.Progress;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * A JVM in a memory cgroup, with demand beyond it: a cgroup kills without a message, {@code
 * maxTotalBytes} throws. The control is {@link #withoutTheBoundTheSystemKillsTheJvm}.
 */
class MemoryCgroupTest {
  private static final long CGROUP = 512L << 20;
  private static final long MAX_TOTAL = 128L << 20;

  @Test
  void withMaxTotalBytesTheJvmSurvivesWithExceptions() throws Exception {
    ChildJvm.Outcome child = runInCgroup(MAX_TOTAL);
    assertThat(child.exitStatus()).as(child.standardError() + child.crashReport()).isZero();
    assertThat(child.standardOutput())
        .containsPattern("[1-9]\\d* served, [1-9]\\d* refused, failures \\[\\]");
  }

  @Test
  void withoutTheBoundTheSystemKillsTheJvm() throws Exception {
    ChildJvm.Outcome child = runInCgroup(Long.MAX_VALUE);
    // 128 and the number of SIGKILL.
    assertThat(child.exitStatus()).as(child.standardOutput()).isEqualTo(137);
    assertThat(child.standardOutput()).doesNotContain("served");
  }

  @Test
  void whereAProcessIsNotLetInTheTestIsSkippedWithTheReason() {
    String refused = "echo refused >&2; exit " + MemoryCgroup.NOT_LET_IN;
    assertThatThrownBy(() -> runAfter(refused, MAX_TOTAL))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("into its memory cgroup: refused");
  }

  private static ChildJvm.Outcome runInCgroup(long maxTotalBytes) throws Exception {
    try (MemoryCgroup cgroup = make()) {
      return runAfter(cgroup.enter(), maxTotalBytes);
    }
  }

  /** Skips the test where a process is not let into the cgroup that it was let make. */
  private static ChildJvm.Outcome runAfter(String enter, long maxTotalBytes) throws Exception {
    ChildJvm.Outcome child =
        ChildJvm.of(CgroupProbe.class, Long.toString(maxTotalBytes))
            .after(enter)
            .with("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
            .run(Progress.SILENT);
    return child.exitStatus() == MemoryCgroup.NOT_LET_IN
        ? abort(
            "the system does not let a process into its memory cgroup: " + child.standardError())
        : child;
  }

  private static MemoryCgroup make() {
    try {
      return MemoryCgroup.make(CGROUP);
    } catch (IOException e) {
      return abort("the system does not let this process make a memory cgroup: " + e);
    }
  }
}
