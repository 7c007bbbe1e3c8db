package dev.engram.arena.stress.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.engram.arena.stress.progress.Progress;
import org.junit.jupiter.api.Test;

/** A JVM that may map 2 GiB and asks for more. The control is {@link #withoutTheLimitAllIsHad}. */
class AddressSpaceLimitTest {
  /** In KiB, as the shell counts. */
  private static final String LIMIT = "ulimit -v 2097152";

  @Test
  void refusalsAreExceptionsWithTheSystemsErrorAndLeaveEverythingInOrder() throws Exception {
    ChildJvm.Outcome child = run(LIMIT);
    assertThat(child.exitStatus()).as(child.standardError() + child.crashReport()).isZero();
    assertThat(child.standardOutput())
        .contains("allowed is what the system can reserve")
        .contains("pool size in force: 1048576")
        .containsPattern("arena: .*ENOMEM")
        .containsPattern("arenas: [1-7] had, [1-7] refused, failures \\[\\]")
        .contains("arenas given back: true", "arenas counted: true")
        .containsPattern("chunk: .*ENOMEM")
        .containsPattern("chunks: [1-7] had, [1-7] refused, failures \\[\\]")
        .contains("chunks given back: true", "chunks counted: true")
        .contains("one more: true");
    assertThat(child.crashReport()).isEmpty();
  }

  @Test
  void withoutTheLimitAllIsHad() throws Exception {
    ChildJvm.Outcome child = run("true");
    assertThat(child.exitStatus()).as(child.standardError() + child.crashReport()).isZero();
    assertThat(child.standardOutput())
        .contains("configure: done")
        .contains("arenas: 8 had, 0 refused, failures []")
        .contains("chunks: 8 had, 0 refused, failures []")
        .contains("one more: true");
  }

  /** With as little address space for the JVM itself as it can be told to take. */
  private static ChildJvm.Outcome run(String limit) throws Exception {
    return ChildJvm.of(AddressSpaceProbe.class)
        .after(limit)
        .with(
            "-Xmx64m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=16m",
            "-XX:CompressedClassSpaceSize=16m",
            "-XX:CICompilerCount=1",
            "-Xshare:off")
        .withVariable("MALLOC_ARENA_MAX", "1")
        .run(Progress.SILENT);
  }
}
