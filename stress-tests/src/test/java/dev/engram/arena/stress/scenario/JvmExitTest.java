package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.progress.Progress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The end of a JVM whose threads are inside native calls, and that of a thread whose class loader
 * is gone. The controls are {@link #aCrashAmongTheSameThreadsIsSeen} and {@link
 * #aLibraryThatIsUnloadedBeforeItsThreadEndsIsSeenToCrash}.
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
      if (how.equals(JvmExitProbe.CLASS_LOADER)) {
        assertThat(child.standardOutput()).contains(SecondClassLoader.STAYS);
      }
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

  @Test
  void aLibraryThatIsUnloadedBeforeItsThreadEndsIsSeenToCrash(@TempDir Path directory)
      throws Exception {
    Path library = directory.resolve(UnloadableLibrary.NAME);
    UnloadableLibrary.write(library);
    ChildJvm.Outcome child =
        run(
            JvmExitProbe.CLASS_LOADER,
            "-D%s=%s".formatted(JvmExitProbe.LIBRARY_PATH_PROPERTY, library));
    assertThat(child.standardOutput())
        .as(child.standardError())
        .contains(SecondClassLoader.UNLOADED)
        .doesNotContain(JvmExitProbe.DONE);
    assertThat(child.exitStatus()).isNotZero();
    assertThat(child.crashReport()).contains("SIGSEGV");
  }

  private static ChildJvm.Outcome run(String how, String... options) throws Exception {
    // Quicker to start, since there are many.
    return ChildJvm.of(JvmExitProbe.class, how)
        .with("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .with(options)
        .run(Progress.SILENT);
  }
}
