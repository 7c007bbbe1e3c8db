package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.engram.arena.stress.progress.Progress;
import java.io.IOException;
import org.junit.jupiter.api.Test;

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

  private static ChildJvm.Outcome runInCgroup(long maxTotalBytes) throws Exception {
    try (MemoryCgroup cgroup = make()) {
      return ChildJvm.of(CgroupProbe.class, Long.toString(maxTotalBytes))
          .after(cgroup.enter())
          .with("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
          .run(Progress.SILENT);
    }
  }

  private static MemoryCgroup make() {
    try {
      return MemoryCgroup.make(CGROUP);
    } catch (IOException e) {
      return abort("the system does not let this process make a memory cgroup: " + e);
    }
  }
}
