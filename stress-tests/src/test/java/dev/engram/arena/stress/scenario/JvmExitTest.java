package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.progress.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The end of a JVM whose threads are inside native calls. The control is {@link
 * #aCrashAmongTheSameThreadsIsSeen}.
 */
class JvmExitTest {
  private static final int RUNS = Scale.of(3, 50);

  @ParameterizedTest
  @ValueSource(strings = {JvmExitProbe.DAEMONS, JvmExitProbe.EXIT, JvmExitProbe.CLASS_LOADER})
  void theJvmEndsWithZeroWhileThreadsAreInNativeCalls(String how) throws Exception {
    for (int run = 0; run < RUNS; run++) {
      ChildJvm.Outcome child = run(how);
      assertThat(child.exitStatus())
          .as("run %d: %s%s", run, child.standardError(), child.crashReport())
          .isZero();
      assertThat(child.timedOut()).isFalse();
      assertThat(child.crashReport()).isEmpty();
      // The JVM says there which variables it has read.
      assertThat(child.standardError().lines().filter(line -> !line.startsWith("Picked up")))
          .isEmpty();
      assertThat(child.standardOutput()).contains(JvmExitProbe.DONE);
    }
  }

  @Test
  void aCrashAmongTheSameThreadsIsSeen() throws Exception {
    ChildJvm.Outcome child = run(JvmExitProbe.PANIC);
    assertThat(child.exitStatus()).isNotZero();
    assertThat(child.crashReport()).isNotEmpty();
    assertThat(child.standardError()).isNotEmpty();
    assertThat(child.standardOutput()).doesNotContain(JvmExitProbe.DONE);
  }

  private static ChildJvm.Outcome run(String how) throws Exception {
    // Quicker to start, since there are many.
    return ChildJvm.of(JvmExitProbe.class, how)
        .with("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .run(Progress.SILENT);
  }
}
